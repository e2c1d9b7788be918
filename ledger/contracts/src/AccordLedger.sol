// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/**
 * @title Heads of the members' logs, and who the members are.
 *
 * @notice A member anchors the head of its own append-only log; the size grows strictly and nothing
 * is ever taken back. Members are admitted, replaced and removed by votes of members only. There is
 * no owner, no administrator, no upgrade and no pause.
 *
 * NOTE: A head is a claim of the log's owner. The contract checks no consistency between two roots;
 * witnesses do that before they cosign. What the contract adds is one order and one time for all,
 * and that two signed heads of equal size and different root end the log for good.
 *
 * WARNING: There is no constructor: the first members and `_votesNeeded` are written into the
 * genesis of the chain. The order of the state variables and of the fields of `Member` and `Log` is
 * therefore part of the interface (`accord.ledger.evm.genesis`). Put on a chain by a transaction the
 * contract has no member and never will.
 *
 * Nothing personal belongs here: log ids are random, card hashes name a document kept off chain.
 */
contract AccordLedger {
    struct Member {
        bytes32 cardHash;
        bytes32 logId;
        bool active;
    }

    struct Log {
        uint64 size;
        uint64 sequence;
        bool frozen;
        bytes32 root;
        address owner;
    }

    /// @notice The head number `sequence` (from 1, gapless) of a log was recorded.
    event Anchored(bytes32 indexed logId, uint64 indexed sequence, uint64 size, bytes32 root);

    /// @notice `voter` agreed to `proposal`, which has `votes` votes now.
    event Voted(bytes32 indexed proposal, address indexed voter, uint256 votes);

    /// @notice The members decided on `account`; `epoch` counts the changes of the membership.
    event MemberChanged(
        address indexed account, bytes32 indexed logId, bytes32 cardHash, bool active, uint64 epoch
    );

    /// @notice The members decided how many votes a change needs from now on.
    event VotesNeededChanged(uint64 votesNeeded, uint64 epoch);

    /// @notice The owner of the log signed two roots for one size: the log takes no head any more.
    event LogFrozen(bytes32 indexed logId, uint64 size, bytes32 rootA, bytes32 rootB);

    error AccordLedgerNotMember(address account);
    error AccordLedgerNotOwner(bytes32 logId, address account);
    error AccordLedgerNotGrowing(bytes32 logId, uint64 size, uint64 current);
    error AccordLedgerFrozen(bytes32 logId);
    error AccordLedgerUnknownLog(bytes32 logId);
    error AccordLedgerAlreadyVoted(bytes32 proposal, address voter);
    error AccordLedgerIncompleteMember();
    error AccordLedgerDifferentMember(address account);
    error AccordLedgerTooFewMembers(uint64 members, uint64 votesNeeded);
    error AccordLedgerVotesOutOfRange(uint64 votesNeeded, uint64 members);
    error AccordLedgerSameRoot(bytes32 root);
    error AccordLedgerInvalidSignature(bytes32 root);

    bytes32 private constant _DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant _NAME_HASH = keccak256("AccordLedger");
    bytes32 private constant _VERSION_HASH = keccak256("1");
    bytes32 private constant _HEAD_TYPEHASH =
        keccak256("Head(bytes32 logId,uint64 size,bytes32 root)");
    bytes32 private constant _MEMBER_PROPOSAL = keccak256("AccordLedger.member.v1");
    bytes32 private constant _VOTES_PROPOSAL = keccak256("AccordLedger.votesNeeded.v1");

    mapping(address account => Member) private _members;
    mapping(bytes32 logId => Log) private _logs;
    mapping(bytes32 proposal => uint256) private _votes;
    mapping(bytes32 proposal => mapping(address voter => bool)) private _voted;
    address[] private _accounts;
    uint64 private _votesNeeded;
    uint64 private _activeCount;
    uint64 private _epoch;

    modifier onlyMember() {
        if (!_members[msg.sender].active) revert AccordLedgerNotMember(msg.sender);
        _;
    }

    /// @notice Record that the caller's log had `root` when it held `size` records.
    function anchor(bytes32 logId, uint64 size, bytes32 root) external onlyMember {
        if (_members[msg.sender].logId != logId) revert AccordLedgerNotOwner(logId, msg.sender);
        Log storage log = _logs[logId];
        if (log.frozen) revert AccordLedgerFrozen(logId);
        if (size <= log.size) revert AccordLedgerNotGrowing(logId, size, log.size);
        uint64 sequence = log.sequence + 1;
        log.size = size;
        log.sequence = sequence;
        log.root = root;
        emit Anchored(logId, sequence, size, root);
    }

    /**
     * @notice Agree that `account` is (or, with `active` false, no longer is) a member with this
     * card and log. The vote that completes the number needed carries the change out.
     *
     * A log that has an owner passes to `account`, and its former owner stops being a member: this
     * is how an anchor key is replaced. A pending vote lapses with every change of the membership,
     * so no vote of a former member ever counts.
     */
    function voteMember(address account, bytes32 cardHash, bytes32 logId, bool active)
        external
        onlyMember
    {
        if (account == address(0) || cardHash == 0 || logId == 0) {
            revert AccordLedgerIncompleteMember();
        }
        if (_vote(_memberProposal(account, cardHash, logId, active))) {
            if (active) _admit(account, cardHash, logId);
            else _remove(account, cardHash, logId);
            if (_activeCount < _votesNeeded) {
                revert AccordLedgerTooFewMembers(_activeCount, _votesNeeded);
            }
            _epoch += 1;
            emit MemberChanged(account, logId, cardHash, active, _epoch);
        }
    }

    /// @notice Agree that a change needs `needed` votes; at least two, at most all members.
    function voteVotesNeeded(uint64 needed) external onlyMember {
        if (needed < 2 || needed > _activeCount) {
            revert AccordLedgerVotesOutOfRange(needed, _activeCount);
        }
        if (_vote(_votesProposal(needed))) {
            _votesNeeded = needed;
            _epoch += 1;
            emit VotesNeededChanged(needed, _epoch);
        }
    }

    /**
     * @notice Show two heads of one size and different roots, both signed (EIP-712) by the owner of
     * the log. Anybody may; the log is frozen for good.
     *
     * NOTE: Only the present owner's signature counts. A key replaced because it was stolen cannot
     * freeze the log of its victim.
     */
    function reportEquivocation(
        bytes32 logId,
        uint64 size,
        bytes32 rootA,
        bytes calldata signatureA,
        bytes32 rootB,
        bytes calldata signatureB
    ) external {
        Log storage log = _logs[logId];
        if (log.owner == address(0)) revert AccordLedgerUnknownLog(logId);
        if (log.frozen) revert AccordLedgerFrozen(logId);
        if (rootA == rootB) revert AccordLedgerSameRoot(rootA);
        _requireSigned(log.owner, logId, size, rootA, signatureA);
        _requireSigned(log.owner, logId, size, rootB, signatureB);
        log.frozen = true;
        emit LogFrozen(logId, size, rootA, rootB);
    }

    /// @notice The newest head of a log; all zero if it never had one.
    function head(bytes32 logId)
        external
        view
        returns (uint64 size, bytes32 root, uint64 sequence, bool frozen)
    {
        Log storage log = _logs[logId];
        return (log.size, log.root, log.sequence, log.frozen);
    }

    /// @notice Who anchors this log; zero if nobody ever did.
    function owner(bytes32 logId) external view returns (address) {
        return _logs[logId].owner;
    }

    /// @notice The member's card hash, log and standing; kept after removal.
    function member(address account)
        external
        view
        returns (bytes32 cardHash, bytes32 logId, bool active)
    {
        Member storage entry = _members[account];
        return (entry.cardHash, entry.logId, entry.active);
    }

    /// @notice Every account that is or was a member, in order of admission.
    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    /// @notice Votes a change needs, members now, and how often the membership changed.
    function membership()
        external
        view
        returns (uint64 votesNeeded, uint64 activeCount, uint64 epoch)
    {
        return (_votesNeeded, _activeCount, _epoch);
    }

    /// @notice Votes given so far, in this epoch, for what `voteMember` proposes.
    function memberVotes(address account, bytes32 cardHash, bytes32 logId, bool active)
        external
        view
        returns (uint256)
    {
        return _votes[_memberProposal(account, cardHash, logId, active)];
    }

    function _vote(bytes32 proposal) private returns (bool passed) {
        if (_voted[proposal][msg.sender]) revert AccordLedgerAlreadyVoted(proposal, msg.sender);
        _voted[proposal][msg.sender] = true;
        uint256 votes = _votes[proposal] + 1;
        _votes[proposal] = votes;
        emit Voted(proposal, msg.sender, votes);
        return votes >= _votesNeeded;
    }

    function _admit(address account, bytes32 cardHash, bytes32 logId) private {
        Log storage log = _logs[logId];
        if (log.frozen) revert AccordLedgerFrozen(logId);
        Member storage former = _members[log.owner];
        if (log.owner != account && former.active && former.logId == logId) {
            former.active = false;
            _activeCount -= 1;
        }
        Member storage entry = _members[account];
        if (entry.cardHash == 0) _accounts.push(account);
        if (!entry.active) _activeCount += 1;
        (entry.cardHash, entry.logId, entry.active) = (cardHash, logId, true);
        log.owner = account;
    }

    function _remove(address account, bytes32 cardHash, bytes32 logId) private {
        Member storage entry = _members[account];
        if (!entry.active || entry.cardHash != cardHash || entry.logId != logId) {
            revert AccordLedgerDifferentMember(account);
        }
        entry.active = false;
        _activeCount -= 1;
    }

    function _memberProposal(address account, bytes32 cardHash, bytes32 logId, bool active)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(_MEMBER_PROPOSAL, _epoch, account, cardHash, logId, active));
    }

    function _votesProposal(uint64 needed) private view returns (bytes32) {
        return keccak256(abi.encode(_VOTES_PROPOSAL, _epoch, needed));
    }

    // Malleable signatures do no harm: the evidence is two roots, never the signature's bytes.
    function _requireSigned(
        address signer,
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes calldata signature
    ) private view {
        if (signature.length != 65) revert AccordLedgerInvalidSignature(root);
        bytes32 domain = keccak256(
            abi.encode(_DOMAIN_TYPEHASH, _NAME_HASH, _VERSION_HASH, block.chainid, address(this))
        );
        bytes32 claim = keccak256(abi.encode(_HEAD_TYPEHASH, logId, size, root));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, claim));
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        // `signer` is never zero here, so a failed recovery cannot match it.
        if (ecrecover(digest, uint8(signature[64]), r, s) != signer) {
            revert AccordLedgerInvalidSignature(root);
        }
    }
}

// Compiles AccordLedger.sol into the artefact that the Python side loads.
//
//   node compile.mjs           write accord/ledger/evm/AccordLedger.json
//   node compile.mjs --check   exit 1 unless the committed file is exactly that
//
// London is the newest fork on which every chain we run agrees (no PUSH0).  Without the metadata
// trailer the bytecode depends on the code alone, not on comments or file names.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import solc from "solc";

const SOURCE = new URL("./src/AccordLedger.sol", import.meta.url);
const ARTEFACT = new URL("../accord/ledger/evm/AccordLedger.json", import.meta.url);

const SETTINGS = {
  evmVersion: "london",
  optimizer: { enabled: true, runs: 10000 },
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  outputSelection: {
    "*": { AccordLedger: ["abi", "evm.deployedBytecode.object", "storageLayout"] },
  },
};

function compile(source) {
  const input = {
    language: "Solidity",
    sources: { "AccordLedger.sol": { content: source } },
    settings: SETTINGS,
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const messages = output.errors ?? [];
  for (const message of messages) console.error(message.formattedMessage);
  if (messages.length > 0) process.exit(1); // a warning is a defect too
  return output.contracts["AccordLedger.sol"].AccordLedger;
}

// Type identifiers in the layout carry AST numbers; place and label are what the genesis relies on.
function layout({ storage }) {
  return storage.map(({ label, slot, offset }) => ({ label, slot: Number(slot), offset }));
}

function artefact() {
  const source = readFileSync(SOURCE);
  const contract = compile(source.toString("utf8"));
  return {
    contract: "AccordLedger",
    compiler: solc.version(),
    evmVersion: SETTINGS.evmVersion,
    sourceSha256: createHash("sha256").update(source).digest("hex"),
    storage: layout(contract.storageLayout),
    abi: contract.abi,
    "bin-runtime": contract.evm.deployedBytecode.object,
  };
}

const text = JSON.stringify(artefact(), null, 1) + "\n";
if (process.argv.includes("--check")) {
  let committed = "";
  try {
    committed = readFileSync(ARTEFACT, "utf8");
  } catch {
    // reported below: a missing artefact differs
  }
  if (committed !== text) {
    console.error(`${fileURLToPath(ARTEFACT)} differs from the source; run: node compile.mjs`);
    process.exit(1);
  }
} else {
  writeFileSync(ARTEFACT, text);
}

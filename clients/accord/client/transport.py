"""The channel from a person to the node of the person's own member.

It trusts the member's CA alone and demands the node's DNS name; the person's certificate
says who asks.
"""

from typing import Final

import grpc

from accord.client.profile import Profile
from accord.domain.calls import Remote, channel_options

MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024


def connect(profile: Profile, max_message_bytes: int = MAX_MESSAGE_BYTES) -> Remote[grpc.Channel]:
    """The person's own node; connects at the first call.  Close its channel when done."""
    credentials = grpc.ssl_channel_credentials(
        profile.member_ca, profile.tls_key, profile.tls_certificate
    )
    identity = profile.identity
    options = channel_options(identity.consortium, identity.member, max_message_bytes)
    return Remote(identity.member, grpc.secure_channel(profile.node, credentials, options))

"""What an installation may change about calls and recordings."""

from core import config

config.define(
    "calls.lease_s", int, default=45, help="Seconds without a sign of life until a call is over."
)
config.define(
    "calls.hold_lead_s", int, default=600, help="Seconds a lead rests after a call was lost."
)
config.define(
    "calls.skip_s", int, default=600, help="Seconds until a skipped lead may be offered again."
)
config.define(
    "calls.conversation_s", int, default=20, help="Seconds of talk that make a conversation."
)
config.define(
    "calls.wrap_up_at_most_s",
    int,
    default=28_800,
    help="Seconds after which wrap-up ends where a campaign sets no limit.",
)
config.define(
    "calls.most_events",
    int,
    default=2_000,
    help="Events of one call that are kept; a phone that tells more is broken.",
)
config.define(
    "calls.default_region",
    str,
    default="US",
    help="Country (ISO 3166-1) of numbers dialed outside campaigns.",
)
config.define(
    "recordings.part_bytes", int, default=2_097_152, help="Largest part of a recording, in bytes."
)
config.define(
    "recordings.call_bytes",
    int,
    default=524_288_000,
    help="Most bytes that one call's recording may have.",
)
config.define(
    "recordings.grace_s",
    int,
    default=600,
    help="Seconds to wait for missing parts before joining without them.",
)
config.define(
    "recordings.keep_parts_s",
    int,
    default=3600,
    help="Seconds that parts outlive the complete recording made of them.",
)
config.define(
    "recordings.upload_bytes",
    int,
    default=209_715_200,
    help="Largest recording that another softphone may upload, in bytes.",
)

"""Limits of AI calls that an installation sets."""

from core import config

config.define(
    "agentic.simulator_speed",
    float,
    default=1.0,
    minimum=0.1,
    maximum=1000.0,
    help="How many times faster than life simulated calls run.",
)
config.define(
    "agentic.simulator_drain_s",
    int,
    default=40,
    minimum=0,
    help="Seconds for which simulated calls may go on in a worker that was told to end.",
)
config.define(
    "agentic.launching_s",
    int,
    default=30,
    minimum=5,
    help="Seconds within which a provider must take a call.",
)
config.define(
    "agentic.dispatched_s",
    int,
    default=20,
    minimum=5,
    help="Seconds within which a voice must begin to dial a call that it was given.",
)
config.define(
    "agentic.worker_max_calls",
    int,
    default=10,
    minimum=1,
    maximum=1000,
    help="Calls that one voice worker carries at once; about five for each core.",
)
config.define(
    "agentic.noise_cancellation",
    bool,
    default=False,
    help="Whether calls are freed of noise; only on LiveKit Cloud, for 105 MiB more a call.",
)
config.define(
    "agentic.breaker_calls",
    int,
    default=20,
    minimum=1,
    maximum=1000,
    help="So many last calls of a run are looked at for failures of the line.",
)
config.define(
    "agentic.breaker_failures",
    int,
    default=10,
    minimum=1,
    help="So many failures of the line among them end the run.",
)
config.define(
    "agentic.trunk_rest_s",
    int,
    default=300,
    minimum=0,
    help="Seconds for which a line rests after such failures.",
)
config.define(
    "agentic.queued_s",
    int,
    default=300,
    minimum=10,
    help="Seconds after which a call that no worker launched is given back.",
)
config.define(
    "agentic.overdue_s",
    int,
    default=60,
    minimum=10,
    help="Seconds beyond ringing and the longest talk after which a call is hung up.",
)
config.define(
    "agentic.reading_model",
    str,
    default="gemini-3.8-flash",
    help="The model of Gemini that reads transcripts when calls are over.",
)
config.define(
    "agentic.most_waiting",
    int,
    default=50,
    minimum=1,
    help="Calls of a campaign that may wait for their voices to dial before more are claimed.",
)

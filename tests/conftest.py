"""Samples of the property tests: fixed ones by default, many with CONVPOOL_EXAMPLES=5000."""

import os

from hypothesis import HealthCheck, settings

examples = int(os.environ.get("CONVPOOL_EXAMPLES", "100"))
settings.register_profile(
    "convpool",
    deadline=None,
    derandomize=True,
    max_examples=examples,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("convpool")

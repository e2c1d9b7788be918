"""Settings every test shares."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.consortium.fixtures", "tests.databases.fixtures"]

# Examples follow from the test's own code: the same on every machine and in every run.
settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

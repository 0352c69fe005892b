"""Which fixtures do all tests have?"""

pytest_plugins = ["tests.support.servers", "tests.support.processes"]

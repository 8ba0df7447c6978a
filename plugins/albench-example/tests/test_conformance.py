"""class-balance keeps every promise of a strategy; one test a check, under its name."""

from albench.testing import parametrize_with_checks


@parametrize_with_checks("example/class-balance")
def test_it_conforms(check):
    check()

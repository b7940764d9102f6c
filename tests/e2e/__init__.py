"""End-to-end tests: real trackers and a real browser against a running Piste."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.harness")

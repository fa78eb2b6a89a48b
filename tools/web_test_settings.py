"""Settings of the platform's tests: SQLite in a temporary folder, or what ``JIHENG_TEST_DATABASE_URL`` names."""

import os
import tempfile
from pathlib import Path

os.environ["JIHENG_VAR"] = tempfile.mkdtemp(prefix="jiheng-test-")
_sqlite = f"sqlite:///{Path(os.environ['JIHENG_VAR']) / 'test.sqlite3'}"
os.environ["JIHENG_DATABASE_URL"] = os.environ.get("JIHENG_TEST_DATABASE_URL") or _sqlite

from jiheng.web.settings import *  # noqa: E402, F403
from jiheng.web.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

(Path(os.environ["JIHENG_VAR"]) / "static").mkdir()  # WhiteNoise warns in every test where it is missing
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # What a test writes need not outlive a power failure.
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # In a file, as in production: a live server and its test then wait for one another instead of failing.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["JIHENG_VAR"]) / "test-run.sqlite3")}

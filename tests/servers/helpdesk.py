"""A real django-helpdesk with a database of its own, for one run of the tests.

``pip install django-helpdesk`` into any environment whose ``bin`` is in PATH.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx

from oncall_tui.clock import stopwatch
from tests.servers import free_port, missing, program

START_LIMIT = 90.0
_PROGRAM, _PACKAGE = "django-admin", "Python package django-helpdesk"
_SITE = """
DEBUG = True
SECRET_KEY = "for loopback only"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "helpdesk_urls"
USE_TZ = True
TIME_ZONE = "UTC"
SITE_ID = 1
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "FOLDER/site.sqlite"}}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = "FOLDER/mails"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize",
    "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
HELPDESK_ACTIVATE_API_ENDPOINT = True
HELPDESK_TEAMS_MODE_ENABLED = False
SILENCED_SYSTEM_CHECKS = ["urls.W002"]
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"]}
"""
_URLS = """
from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
_SEED = """
from django.contrib.auth.models import User
from helpdesk.models import CustomField, Queue

User.objects.create_superuser("root", "root@acme.example", "PASSWORD")
User.objects.create_user("ben", "ben@acme.example", "PASSWORD", is_staff=True)
Queue.objects.create(title="Support", slug="support", email_address="support@acme.example")
CustomField.objects.create(name="timezone", label="Time zone", data_type="varchar", max_length=50)
"""


class RealHelpdesk:
    """A helpdesk that runs."""

    user, password = "root", "a password for loopback only"
    root, ben = 1, 2
    """Numbers of its two accounts."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder, self._port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        self._admin = program(_PROGRAM, _PACKAGE)
        (folder / "mails").mkdir()
        (folder / "helpdesk_site.py").write_text(_SITE.replace("FOLDER", str(folder)))
        (folder / "helpdesk_urls.py").write_text(_URLS)

    def ticket(self, title: str, description: str, submitter: str) -> int:
        """Create a ticket and return its number."""
        fields: dict[str, object] = {"queue": 1, "title": title, "description": description, "priority": 2}
        fields |= {"submitter_email": submitter, "custom_timezone": "Asia/Tokyo"}
        made = httpx.post(
            f"{self.url}/api/tickets/", json=fields, auth=(self.user, self.password), trust_env=False, timeout=60
        )
        assert made.is_success, made.text
        number = made.json()["id"]
        assert isinstance(number, int)
        return number

    def many_tickets(self, count: int) -> None:
        """Create tickets with nothing in them."""
        self._run_code(
            "from helpdesk.models import Queue, Ticket\n"
            "queue = Queue.objects.get()\n"
            f"Ticket.objects.bulk_create(Ticket(queue=queue, title=f'One of many, {{n}}') for n in range({count}))"
        )

    def change(self, ticket: int, **fields: object) -> None:
        """Change a ticket as a program does, which leaves no follow-up."""
        changed = httpx.patch(
            f"{self.url}/api/tickets/{ticket}/",
            json=fields,
            auth=(self.user, self.password),
            trust_env=False,
            timeout=60,
        )
        assert changed.is_success, changed.text

    def follow_up(self, ticket: int, **fields: object) -> None:
        """Let somebody of ours write in a ticket, or give it a ``new_status``."""
        made = httpx.post(
            f"{self.url}/api/followups/",
            json={"ticket": ticket, "comment": "Done.", **fields},
            auth=(self.user, self.password),
            trust_env=False,
            timeout=60,
        )
        assert made.is_success, made.text

    def mailed(self, ticket: int, title: str, comment: str) -> None:
        """Let a customer's mail arrive in a ticket."""
        self._run_code(
            "from django.utils import timezone\n"
            "from helpdesk.models import FollowUp\n"
            f"FollowUp.objects.create(ticket_id={ticket}, title={title!r}, comment={comment!r}, public=True,"
            " date=timezone.now())"
        )

    def mailed_to(self, address: str) -> str:
        """Return every mail it sent to somebody."""
        found = []
        for path in (self._folder / "mails").iterdir():
            for raw in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
                letter = message_from_bytes(raw, policy=default)
                if address in f"{letter['To']} {letter['Cc']}":
                    found += [str(part.get_content()) for part in letter.walk() if not part.is_multipart()]
        return "".join(found)

    def start(self) -> None:
        """Prepare its database, start it and wait until it answers."""
        self._run("migrate", "--verbosity", "0")
        self._run_code(_SEED.replace("PASSWORD", self.password))
        command = self._command("runserver", f"127.0.0.1:{self._port}", "--noreload")
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        ends = stopwatch() + START_LIMIT
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert stopwatch() < ends, f"no answer within {START_LIMIT:g} s"
            time.sleep(0.1)

    def close(self) -> None:
        """Stop for good."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _command(self, *arguments: str) -> list[str]:
        return [self._admin, *arguments, "--settings", "helpdesk_site", "--pythonpath", str(self._folder)]

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            self._command(*arguments), cwd=self._folder, capture_output=True, timeout=START_LIMIT, check=False
        )
        if b"No module named 'helpdesk'" in done.stderr or b"No module named 'rest_framework'" in done.stderr:
            missing(_PACKAGE)
        assert done.returncode == 0, done.stderr.decode()

    def _run_code(self, code: str) -> None:
        self._run("shell", "--command", code)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/tickets/", trust_env=False).status_code in {401, 403}
        except httpx.TransportError:
            return False


@contextmanager
def real_helpdesk(folder: Path) -> Iterator[RealHelpdesk]:
    """Run a fresh helpdesk in a folder, or skip where it is not installed."""
    helpdesk = RealHelpdesk(folder, free_port())
    try:
        helpdesk.start()
        yield helpdesk
    finally:
        helpdesk.close()

"""Every kind of help desk that can be answered in; a new one is a class in a file of its own, and a line here."""

from collections.abc import Sequence

from tests.sources.writers.desk import WritableDesk
from tests.sources.writers.file import File
from tests.sources.writers.redmine import Redmine
from tests.sources.writers.rt import Rt

WRITERS: Sequence[type[WritableDesk]] = (File, Redmine, Rt)

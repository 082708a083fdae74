"""Everything that can go wrong, as one small tree: each class says what happened and what to do next."""

from __future__ import annotations

from core.errors.api import *
from core.errors.base import *
from core.errors.files import *
from core.errors.films import *
from core.errors.given import *
from core.errors.jobs import *
from core.errors.launch import *
from core.errors.pictures import *
from core.errors.provider import *
from core.errors.server import *
from core.errors.settings import *
from core.errors.store import *

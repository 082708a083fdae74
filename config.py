"""Every setting of the program. This is the one file to edit: change a value after the ``=``.

Each setting can also come from the environment or from a file ``.env`` next to this one, under its name
in CAPITALS (``OUTPUT_DIR=/data/videos``). The environment wins over ``.env``, which wins over this file;
an empty variable counts as not set. ``MOVA_ENV_FILE`` names another file in the place of ``.env``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from core.accepted_values import accepted
from core.env_file import env_file_encoding, write_setting
from core.errors import ConfigError
from core.messages import Fact, gettext_noop, phrase
from core.render_settings import Fps, GuidanceScale, NumInferenceSteps, OutputQuality, RenderedFrames, Seed
from core.setting_values import (
    bucket,
    checked_address,
    checked_database,
    own_folder,
    service_address,
    service_key,
    service_model,
    shared_secret,
)

Model = Literal["mova-360p", "mova-720p"]
HERE = Path(__file__).resolve().parent
_PLAIN = re.compile(r"[\w.:+ -]{0,15}")

# An empty name means that the service cannot do that step.
ServiceModel = Annotated[str, AfterValidator(service_model)]
# The most reference pictures of one request; 0: the service takes none.
ReferencePictures = Annotated[int, Field(ge=0, le=50)]
ServiceKey = Annotated[SecretStr | None, AfterValidator(service_key)]
ServiceAddress = Annotated[str, AfterValidator(service_address)]


class Server(BaseModel):
    """One SGLang server."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    base_url: str
    model: Model
    token: SecretStr | None = None  # a bearer token, where an authenticating proxy stands before the server
    jobs_sent_ahead: Annotated[int, Field(ge=1, le=8)] = 1  # jobs sent before the first is finished
    tag_jobs: bool = True  # put our job id into the field `model`; off for gateways that route by it

    _address = field_validator("base_url")(checked_address)


# The header for `trusted_user_secret`.
SECRET_HEADER = "X-Trusted-User-Secret"  # noqa: S105

# The addresses as shipped: only where they stand untouched may the preview engine take a server's place.
SHIPPED_ADDRESSES = ("http://localhost:30000", "http://localhost:30100")


class Settings(BaseSettings):
    """The form."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("MOVA_ENV_FILE", HERE / ".env"),
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    if not TYPE_CHECKING:  # which has the arguments from the fields

        def __init__(self, **values: Any) -> None:
            super().__init__(_env_file_encoding=env_file_encoding(self.model_config.get("env_file")), **values)

    # ---- SGLang servers ----------------------------------------------------------------------------------
    # SGLANG_SERVERS takes a JSON list of servers; the two addresses below are the short way for the usual pair.
    # 30100, not 30001: a server on port P also needs P+1.
    sglang_servers: tuple[Server, ...] = (
        Server(name="mova-360p", base_url="http://localhost:30000", model="mova-360p"),
        Server(name="mova-720p", base_url="http://localhost:30100", model="mova-720p"),
    )
    sglang_360p_url: str | None = None
    sglang_720p_url: str | None = None

    # How long an unreachable or warming server, or one that breaks off what is sent to it, is borne with, in seconds.
    server_patience: Annotated[int, Field(ge=1, le=604_800)] = 900
    # How long a whole render may last before the program stops waiting for it, in seconds.
    render_timeout: Annotated[int, Field(ge=10, le=604_800)] = 14_400
    # The largest video that is accepted, in MB, and the longest download, in seconds.
    max_video_mb: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    download_timeout: Annotated[int, Field(ge=1, le=86_400)] = 600

    # ---- Video defaults ----------------------------------------------------------------------------------
    num_frames: RenderedFrames = 193  # 4k+1; MOVA was trained on 193
    fps: Fps = 24
    guidance_scale: GuidanceScale = 5.0
    num_inference_steps: NumInferenceSteps = 50
    # Of a draft, whose final has num_inference_steps. None: what --tune of the launcher found here, else 25.
    draft_steps: NumInferenceSteps | None = None
    seed: Seed = 0  # 0: a random one for each job
    # How well the server encodes the picture: maximum, high, medium, low, or default for its own (less than medium's).
    output_quality: OutputQuality = "high"

    # ---- Video description -------------------------------------------------------------------------------
    # End it with "This video has no subtitles.", as MOVA's training captions do; left out where captions are wanted.
    subtitle_marker: bool = True

    # ---- Services for steps 1 to 4 -----------------------------------------------------------------------
    # For each step the first service that is set up and can do it: Gemini, DashScope, an OpenAI-compatible
    # one; with none of them the offline provider drafts. Models of a service retire: change their names here.
    gemini_api_key: ServiceKey = None
    gemini_api_url: ServiceAddress = "https://generativelanguage.googleapis.com"  # or a proxy's; /v1beta may follow
    gemini_text_model: ServiceModel = "gemini-3.8-flash"  # also looks at the first frame
    gemini_image_model: ServiceModel = "gemini-nano-banana-2.1"
    gemini_reference_pictures: ReferencePictures = 14  # the most pictures of people and places that it takes at once

    # A key works only in its region: Beijing as it stands, Singapore is https://dashscope-intl.aliyuncs.com.
    dashscope_api_key: ServiceKey = None
    dashscope_base_url: ServiceAddress = "https://dashscope.aliyuncs.com"  # /api/v1 or /compatible-mode/v1 may follow
    qwen_text_model: ServiceModel = "qwen-plus"
    qwen_vl_model: ServiceModel = "qwen3-vl-plus"
    qwen_image_model: ServiceModel = "z-image-turbo"
    # Draws where pictures of people and places go along, which Z-Image takes none of: such as qwen-image-3.0. Empty:
    # qwen_image_model, where it is a qwen-image or wan model; else such a step stops.
    qwen_image_edit_model: ServiceModel = ""
    qwen_reference_pictures: ReferencePictures = 10

    # Any OpenAI-compatible service, such as http://localhost:8000/v1: the address alone is enough. With a key and
    # no address it is api.openai.com. It has no models by default: what is not named here, it is not asked to do.
    openai_api_key: ServiceKey = None
    openai_base_url: ServiceAddress | None = None
    openai_text_model: ServiceModel = ""
    openai_vision_model: ServiceModel = ""
    openai_image_model: ServiceModel = ""  # with pictures of people and places by images/edits
    openai_reference_pictures: ReferencePictures = 16

    # Hearing: whether the lines of a finished video were said. The sound goes to the first service that is set up and
    # has a model for it; an empty name here, or `off`, and it goes to none.
    listen: Literal["auto", "off"] = "auto"
    gemini_audio_model: ServiceModel = "gemini-3.8-flash"
    qwen_asr_model: ServiceModel = "qwen3-asr-flash"
    openai_audio_model: ServiceModel = ""  # asked by audio/transcriptions, such as a Whisper on your own GPU
    # The longest that a finished video waits for it, in seconds; a service that fails never fails a job.
    listen_timeout: Annotated[int, Field(ge=1, le=3_600)] = 60

    # The longest that one request may take, in seconds, and how often it is sent at most where a service is busy.
    text_timeout: Annotated[int, Field(ge=1, le=3_600)] = 120
    image_timeout: Annotated[int, Field(ge=1, le=3_600)] = 300
    provider_attempts: Annotated[int, Field(ge=1, le=10)] = 3

    # ---- Several people ----------------------------------------------------------------------------------
    # Without a login all share one space. With one each person sees their own jobs and files only: Streamlit's own
    # login, a section [auth] in .streamlit/secrets.toml, or a proxy that names the person. SECURITY.md tells how.
    # The header in which a proxy does, such as X-Forwarded-User. Only where nobody reaches the app around the proxy!
    trusted_user_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,60}$")] = ""
    # What the proxy has to send along in the header X-Trusted-User-Secret, so that nobody else is believed.
    trusted_user_secret: Annotated[SecretStr | None, AfterValidator(shared_secret)] = None
    # What of a login names a person: it must be something that the provider has checked and gives to no one else.
    login_claim: Annotated[str, Field(pattern=r"^[A-Za-z0-9_:./-]{1,80}$")] = "email"
    # Who sees everybody's jobs and may pause sending: names as the login or the proxy gives them, between commas.
    admins: Annotated[tuple[str, ...], NoDecode] = ()

    # The names under which the app answers besides localhost, between commas. Empty: any name where there is a login;
    # else an address in digits or this machine's own name, so that no page of elsewhere gets at it.
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    # Whether programs on this machine reach /v1/videos and /api/v1 without a key. It opens nothing where there is a
    # login, where the server listens on more than this machine's own address, or behind a proxy.
    api_open: bool = False
    # How many MB of uploads are kept in memory for one session (a tab of a browser) and in all.
    uploads_session_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    uploads_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    # What each person may have, administrators and the command line excepted; 0 is no limit: jobs that are not
    # finished, jobs begun in a day (UTC), and MB of files.
    quota_jobs_waiting: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    quota_jobs_a_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    quota_disk_mb: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0

    # ---- Webhooks ----------------------------------------------------------------------------------------
    # Webhooks go over https to public addresses alone. Which hosts and networks of one's own they may reach as well,
    # also over http, between commas: hooks.example.lan, 10.0.0.0/8, 127.0.0.1:9000.
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = ()

    # ---- Language ----------------------------------------------------------------------------------------
    # Of what scripts say: auto follows the locale of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).
    mova_language: Literal["auto", "en", "zh_CN"] = "auto"

    # ---- Files -------------------------------------------------------------------------------------------
    output_dir: Annotated[Path, AfterValidator(own_folder)] = Path("outputs")
    # Who may read and write what is made from then on: `owner`, the program's account alone, or `group`, the members of
    # the folder's group as well, where processes of several accounts share it.
    file_access: Literal["owner", "group"] = "owner"
    # After how many days jobs that have ended are deleted with their files, favourites never; 0 keeps all.
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    # Whether the web app works on jobs itself. Off, it only records them, for `python -m jobs.worker` processes.
    embedded_worker: bool = True
    # Where jobs are recorded: None is the file jobs.db in OUTPUT_DIR; for several machines a PostgreSQL database,
    # postgresql://user:password@host/name
    database_url: Annotated[SecretStr, AfterValidator(checked_database)] | None = None
    # A bucket of the S3 protocol in which all recorded files are kept, s3://bucket/prefix: machines then share nothing
    # but it and the database, and OUTPUT_DIR is each machine's own working copy. None: OUTPUT_DIR has everything.
    storage_url: Annotated[str, AfterValidator(bucket)] | None = None
    # How browsers get files that are in the bucket: `through` this program, or by `signed` addresses of the bucket,
    # valid for an hour, which browsers must be able to reach.
    storage_addresses: Literal["through", "signed"] = "through"
    # After how many days a file that is in the bucket and was not used is removed from OUTPUT_DIR; 0 keeps all copies.
    storage_copy_days: Annotated[int, Field(ge=0, le=36_500)] = 7
    # The bucket's server, where it is not Amazon's, and its keys: those of AWS's own tools.
    aws_endpoint_url: ServiceAddress | None = None
    aws_region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    aws_default_region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "us-east-1"  # without AWS_REGION
    aws_access_key_id: ServiceKey = None
    aws_secret_access_key: ServiceKey = None
    aws_session_token: ServiceKey = None
    # How often a video that looks failed (one flat colour, frozen, silent) is rendered again by itself, each time as a
    # job of its own with another seed. 0: never, you are shown what looks failed and decide.
    look_retries: Annotated[int, Field(ge=0, le=5)] = 0
    # Several takes of one job (--takes) end where the next one would go beyond so many minutes of GPU time, as far as
    # renders like it were measured. 0: only the number of takes ends them.
    takes_gpu_minutes: Annotated[int, Field(ge=0, le=100_000)] = 120
    # Whether a finished video carries its prompts and texts inside, so that it can be run again from the file alone.
    # Off, they stay in job.json only; settings, seed, first frame and the label of AI content are written always.
    provenance_prompts: bool = True
    max_image_mb: Annotated[int, Field(ge=1, le=1_000)] = 30
    max_image_megapixels: Annotated[int, Field(ge=1, le=170)] = 80

    @field_validator("admins", "allowed_hosts", "webhook_allow", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("sglang_360p_url", "sglang_720p_url")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        return checked_address(value) if value else None

    @field_validator("sglang_servers")
    @classmethod
    def _names_differ(cls, servers: tuple[Server, ...]) -> tuple[Server, ...]:
        if not servers or len({s.name for s in servers}) < len(servers):
            raise ValueError(gettext_noop("at least one server, each with a unique name"))
        return servers

    @model_validator(mode="after")
    def _short_addresses(self) -> Self:
        """Write SGLANG_360P_URL and SGLANG_720P_URL into the list of servers."""
        servers = tuple(self._with_short_address(server) for server in self.sglang_servers)
        object.__setattr__(self, "sglang_servers", servers)
        return self

    def _with_short_address(self, server: Server) -> Server:
        address = {"mova-360p": self.sglang_360p_url, "mova-720p": self.sglang_720p_url}.get(server.name)
        return server.model_copy(update={"base_url": address}) if address else server

    @property
    def database_address(self) -> str:
        """Where the store of jobs is, with the password in it: for opening the store, not for showing."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{quote(str(self.output_dir.resolve() / 'jobs.db'))}"

    @property
    def servers_are_defaults(self) -> bool:
        """True where nobody has configured a server: only then may the preview engine stand in."""
        touched = self.sglang_360p_url or self.sglang_720p_url
        return not touched and tuple(s.base_url for s in self.sglang_servers) == SHIPPED_ADDRESSES


def with_overrides(settings: Settings, overrides: Mapping[str, str | None]) -> Settings:
    """The settings with some values replaced for one call or session; an empty value replaces nothing.

    Raises:
        ConfigError: for a value that is not accepted, or a name that is no setting.
    """
    given = {name: value for name, value in overrides.items() if value}
    if unknown := sorted(given.keys() - Settings.model_fields.keys()):
        raise ConfigError(setting=unknown[0], value="…", accepted=gettext_noop("the name of a setting"))
    return _settings(**{**dict(settings), **given})


def keep_in_env_file(settings: Settings, name: str, value: str) -> None:
    """Write a setting to ``.env`` and apply it to these settings at once, in everything that has them.

    Raises:
        ConfigError: for a value that is not accepted; nothing was written.
        EnvFileUnreadable, StorageError: the file is not text, or cannot be written.
    """
    taken = getattr(with_overrides(settings, {name: value}), name)
    path = Path(str(settings.model_config.get("env_file") or HERE / ".env")).resolve()
    write_setting(path, name, value)
    vars(settings)[name] = taken  # frozen for everybody else


def _as_config_error(problem: ValidationError) -> ConfigError:
    first = problem.errors(include_url=False)[0]
    name = ".".join(str(part)[:60] for part in first["loc"]).upper()
    shown: Fact = (
        repr(first["input"]) if _may_be_shown(first["input"], first["loc"]) else phrase(gettext_noop("(hidden)"))
    )
    return ConfigError(setting=name, value=shown, accepted=accepted(first))


def _may_be_shown(value: object, where: tuple[int | str, ...]) -> bool:
    """Whether a wrong value can be no secret: it is a short plain word, in a field that we know and that holds none."""
    field = (Server if len(where) > 1 else Settings).model_fields.get(str(where[-1])) if where else None
    known = field is not None and "SecretStr" not in repr(field.annotation)
    return known and not isinstance(value, dict | list) and bool(_PLAIN.fullmatch(str(value)))


@lru_cache(maxsize=1)
def load() -> Settings:
    """Read and check all settings once.

    Raises:
        ConfigError: naming the first wrong setting, its value and what is accepted.
    """
    return fresh()


def fresh() -> Settings:
    """Read all settings again, past the cache (for tests and for servers added while running)."""
    return _settings()


def _settings(**given: Any) -> Settings:
    try:
        return Settings(**given)
    except ValidationError as problem:
        raise _as_config_error(problem) from None
    except SettingsError as problem:
        raise ConfigError(
            str(problem), setting="SGLANG_SERVERS", value="…", accepted=gettext_noop("a JSON list")
        ) from None

"""Each known refusal of each vendor, on the body as the vendor sends it, has its own words; and what a model takes is
learnt from its refusal."""

from __future__ import annotations

from typing import Any

import pytest

from core import errors
from core.errors import ProviderError
from core.messages import as_written
from core.translations import translator
from providers.base import ImageAnswer
from tests.pictures import picture
from tests.providers.asking import ask, ask_route, provider
from tests.providers.fake_services import FakeServices, Raw, Received, Reply
from tests.providers.test_failure import dashscope_error, gemini_error, openai_error
from tests.providers.wire_formats import chat_answer, dashscope_answer, encoded

VERIFY = (
    "Your organization must be verified to use the model `gpt-image-1`. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified, "
    "it can take up to 15 minutes for access to propagate."
)
DISABLED = (
    "Generative Language API has not been used in project 1234567 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=1234567 then "
    "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
)
NGINX_413 = (
    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center>"
    "<h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"
)
INTL = "For details, see: https://help.aliyun.com/zh/model-studio/error-code#error-url"


def info(reason: str) -> dict[str, Any]:
    """Google's ErrorInfo."""
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return {"@type": kind, "reason": reason, "domain": "googleapis.com"}


def litellm(status: int, message: str) -> Raw:
    """LiteLLM's proxy: it writes the status as its code."""
    return Raw(status, {"error": {"message": message, "type": None, "param": None, "code": str(status)}})


# route, the vendor's answer, our error, and what its advice or sentence has in it
KNOWN: list[tuple[str, Raw, type[ProviderError], str]] = [
    ("openai.image", openai_error(403, None, VERIFY), errors.OrganisationUnverified, "Verify the organisation"),
    (
        "openai.text",
        openai_error(403, "unsupported_country_region_territory", "Country, region, or territory not supported"),
        errors.RegionRefused,
        "country",
    ),
    (
        "openai.text",
        openai_error(403, "model_not_found", "Project `proj_x` does not have access to model `gpt-5`"),
        errors.ModelGone,
        "another model",
    ),
    (
        "openai.text",
        openai_error(401, "invalid_api_key", "Incorrect API key provided: sk-abc***. You can find your API key at"),
        errors.KeyRefused,
        "belongs to this service",
    ),
    (
        "openai.text",
        openai_error(400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
        errors.TextTooLongForModel,
        "Shorten",
    ),
    (
        "openai.text",
        openai_error(429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing"),
        errors.QuotaExhausted,
        "billing",
    ),
    (
        "openai.image",
        openai_error(400, "billing_hard_limit_reached", "Billing hard limit has been reached"),
        errors.QuotaExhausted,
        "billing",
    ),
    (
        "openai.image",
        openai_error(400, "moderation_blocked", "Your request was rejected by the safety system."),
        errors.PromptBlocked,
        "Change the text",
    ),
    ("openai.vision", Raw(413, NGINX_413), errors.RequestTooLarge, "smaller picture"),
    ("openai.text", Raw(407, "<h1>Proxy Authentication Required</h1>"), errors.ProxyLogin, "http://name:password@"),
    (
        "gemini.text",
        gemini_error(
            400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID")
        ),
        errors.KeyRefused,
        "belongs to this service",
    ),
    (
        "gemini.text",
        gemini_error(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", info("API_KEY_INVALID")),
        errors.KeyRefused,
        "revoked",
    ),
    (
        "gemini.text",
        gemini_error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
        errors.KeyRefused,
        "revoked",
    ),
    (
        "gemini.text",
        gemini_error(403, "PERMISSION_DENIED", DISABLED, info("SERVICE_DISABLED")),
        errors.NotActivated,
        "Enable it",
    ),
    (
        "gemini.text",
        gemini_error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        errors.RegionRefused,
        "country",
    ),
    (
        "gemini.text",
        gemini_error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please go to AI Studio."),
        errors.QuotaExhausted,
        "billing",
    ),
    (
        "gemini.text",
        gemini_error(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens"),
        errors.TextTooLongForModel,
        "Shorten",
    ),
    (
        "dashscope.text",
        dashscope_error(401, "InvalidApiKey", "Invalid API-key provided."),
        errors.DashScopeKeyRefused,
        "region",
    ),
    (
        "dashscope.image",
        dashscope_error(403, "AccessDenied", "Access denied."),
        errors.AccessRefused,
        "permissions",
    ),
    (
        "dashscope.text",
        dashscope_error(403, "AccessDenied.Unpurchased", "Access to model denied. Please make sure you are eligible"),
        errors.NotActivated,
        "Enable it",
    ),
    (
        "dashscope.text",
        dashscope_error(400, "InvalidParameter", "Range of input length should be [1, 30720]"),
        errors.TextTooLongForModel,
        "Shorten",
    ),
    (
        "dashscope.vision",
        dashscope_error(
            400, "DataInspectionFailed", "Input data may contain inappropriate content. For details, see: https://"
        ),
        errors.PromptBlocked,
        "Change the text",
    ),
    (
        "dashscope.text",
        dashscope_error(
            400, "Arrearage", "Access denied, please make sure your account is in good standing. For details, see:"
        ),
        errors.QuotaExhausted,
        "billing",
    ),
    (
        "dashscope.text",
        dashscope_error(403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."),
        errors.QuotaExhausted,
        "another model",
    ),
    (
        "dashscope.text",
        dashscope_error(404, "ModelNotFound", "Model not found (qwen3-vl-flash)!"),
        errors.ModelGone,
        "retired",
    ),
]


@pytest.mark.parametrize(("route", "answer", "kind", "words"), KNOWN)
def test_a_known_refusal_has_its_own_words(
    fake: FakeServices, route: str, answer: Raw, kind: type[ProviderError], words: str
) -> None:
    fake.script(route, answer)
    with pytest.raises(ProviderError) as caught:
        ask_route(fake, route)
    problem = caught.value
    assert type(problem) is kind
    assert words in f"{problem} {problem.next_step()}"
    assert problem.raw
    assert "<" not in problem.raw
    assert ("region" in problem.next_step()) == (kind is errors.DashScopeKeyRefused)
    for translate in (as_written, translator("zh_CN")):
        assert "{" not in problem.message(translate) + problem.next_step(translate)
    assert fake.count(route) == 1


WITHOUT_TEXT = [
    ({"content": None}, "empty"),
    ({"content": None, "reasoning_content": "Okay, the user wants"}, "only its reasoning"),
    ({"content": "", "reasoning": "Okay"}, "only its reasoning"),
    ({"content": "<think>Okay, the user wants"}, "only its reasoning"),
    ({"content": None, "tool_calls": [{"id": "1"}]}, "a tool call"),
]


@pytest.mark.parametrize("service", ["openai", "dashscope"])
@pytest.mark.parametrize(("message", "reason"), WITHOUT_TEXT)
def test_why_there_is_no_text_is_said(fake: FakeServices, service: str, message: dict[str, Any], reason: str) -> None:
    body = chat_answer("m", "") if service == "openai" else dashscope_answer("")
    (body if service == "openai" else body["output"])["choices"][0]["message"] = {"role": "assistant", **message}
    fake.script(f"{service}.text", Raw(200, body))
    with pytest.raises(errors.NoTextReturned, match=reason) as caught:
        ask_route(fake, f"{service}.text")
    assert "stop" not in str(caught.value)


def openais_own(call: Received) -> Reply:
    """The image model of OpenAI: three sizes, base64 only, no field that it does not know."""
    if "response_format" in call.body:
        body = {"message": "Unknown parameter: 'response_format'.", "type": "invalid_request_error"}
        return Raw(400, {"error": {**body, "param": "response_format", "code": "unknown_parameter"}})
    if call.body["size"] not in ("1024x1024", "1024x1536", "1536x1024"):
        known = "'1024x1024', '1024x1536', '1536x1024', and 'auto'"
        said = f"Invalid value: '{call.body['size']}'. Supported values are: {known}."
        return Raw(400, {"error": {"message": said, "type": "x", "param": "size", "code": "invalid_value"}})
    return Raw(200, {"data": [{"b64_json": encoded(picture(8, 8))}]})


def through_litellm(call: Received) -> Reply:
    if "response_format" in call.body:
        said = (
            "litellm.UnsupportedParamsError: Setting `response_format` is not supported by openai, sd3.5-large. "
            "To drop it from the call, set `litellm.drop_params = True`."
        )
        return litellm(400, said)
    return openais_own(call)


def strict_pydantic(call: Received) -> Reply:
    extra = [name for name in call.body if name not in ("model", "prompt", "size", "n")]
    if extra:
        problem = {"type": "extra_forbidden", "loc": ["body", extra[0]], "msg": "Extra inputs are not permitted"}
        return Raw(422, {"detail": [problem]})
    return openais_own(call)


@pytest.mark.parametrize("model", ["gpt-image-1", "openai/gpt-image-1", "pictures-of-ours"])
@pytest.mark.parametrize("behaves", [openais_own, through_litellm, strict_pydantic])
@pytest.mark.parametrize(("width", "height", "size"), [(640, 352, "1536x1024"), (352, 640, "1024x1536")])
def test_what_an_image_model_takes_is_learnt_from_its_refusal(
    fake: FakeServices, model: str, behaves: Any, width: int, height: int, size: str
) -> None:
    fake.script("openai.image", behaves)
    asked = provider(fake, "openai", openai_image_model=model)
    answer = ask(asked, "image", width=width, height=height)
    assert isinstance(answer, ImageAnswer)
    assert answer.data == picture(8, 8)
    assert fake.received()[-1].body == {"model": model, "prompt": "a cat", "size": size, "n": 1}
    before = fake.count()
    ask(provider(fake, "openai", openai_image_model=model), "image", width=width, height=height)
    assert fake.count() == before + 1  # it is remembered


def test_a_size_that_a_person_named_is_not_replaced(fake: FakeServices) -> None:
    fake.script("openai.image", openais_own)
    with pytest.raises(errors.ProviderRefused) as caught:
        ask(provider(fake, "openai"), "image", size="999x999")
    assert "Supported values" in caught.value.raw
    assert all(call.body["size"] == "999x999" for call in fake.received())


def test_a_refusal_for_another_reason_teaches_nothing(fake: FakeServices) -> None:
    """Not even one with a field's name in it: what led to no result is forgotten."""
    fake.script("openai.image", openai_error(400, None, "Your prompt is odd"))
    with pytest.raises(errors.ProviderRefused):
        ask(provider(fake, "openai"), "image")
    assert fake.count() == 1
    fake.script("openai.image", openai_error(400, None, "The prompt speaks of a size"))
    with pytest.raises(errors.ProviderRefused):
        ask(provider(fake, "openai"), "image")
    fake.script("openai.image", picture(8, 8))
    ask(provider(fake, "openai"), "image")
    assert fake.received()[-1].body["size"] == "1280x720"


@pytest.mark.parametrize(
    "said", ["Image size is not supported for this model.", "Request contains an invalid argument."]
)
def test_gemini_models_with_one_size_are_asked_without_one(fake: FakeServices, said: str) -> None:
    def one_size(call: Received) -> Reply:
        sized = "imageSize" in call.body["generationConfig"]["imageConfig"]
        return gemini_error(400, "INVALID_ARGUMENT", said) if sized else picture(8, 8)

    fake.script("gemini.image", one_size)
    for requests in (2, 3):
        ask(provider(fake, "gemini", gemini_image_model="a-model-of-tomorrow"), "image", width=1280, height=720)
        assert fake.count() == requests
    assert fake.received()[-1].body["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9"}


def test_a_qwen_that_sees_is_asked_where_it_listens(fake: FakeServices) -> None:
    """qwen3.5-plus and later refuse text at the address of text models; seen in agentscope's issues."""

    def sees(call: Received) -> Reply:
        wrong = "text-generation" in call.path
        return dashscope_error(400, "InvalidParameter", f"url error, please check url！ {INTL}") if wrong else "A cat."

    fake.script("dashscope.text", sees)
    for requests in (2, 3):
        answer = ask(provider(fake, "dashscope", qwen_text_model="qwen3.6-plus"), "text")
        assert not isinstance(answer, ImageAnswer)
        assert (answer.text, fake.count()) == ("A cat.", requests)
    assert fake.received()[-1].texts == ["Be brief.", "a cat"]


@pytest.mark.parametrize("step", ["text", "vision"])
def test_a_qwen_that_always_thinks_is_not_told_otherwise(fake: FakeServices, step: str) -> None:
    def thinks(call: Received) -> Reply:
        told = "enable_thinking" in call.body["parameters"]
        said = "The value of the enable_thinking parameter is restricted to True."
        said = f"<400> InternalError.Algo.InvalidParameter: {said}"
        return dashscope_error(400, "InvalidParameter", said) if told else "Hm.</think>A cat."

    fake.script(f"dashscope.{step}", thinks)
    answer = ask_route(fake, f"dashscope.{step}")
    assert not isinstance(answer, ImageAnswer)
    assert (answer.text, fake.count()) == ("A cat.", 2)

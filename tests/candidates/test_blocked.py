"""Content filters in the dialects that providers speak, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.candidates import blocked

AZURE = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}},
    }
}
DIALECTS = {
    "azure": AZURE,
    "azure-inner-only": {
        "error": {"message": "x", "code": "400", "innererror": {"code": "ResponsibleAIPolicyViolation"}}
    },
    "dashscope": {
        "error": {
            "code": "data_inspection_failed",
            "param": None,
            "message": "Input data may contain inappropriate content.",
            "type": "data_inspection_failed",
        }
    },
    "dashscope-native": {"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content."},
    "zhipu": {
        "error": {
            "code": "1301",
            "message": "系统检测到输入或生成内容可能包含不安全或敏感内容",
        }
    },
    "zhipu-number": {"error": {"code": 1301, "message": "系统检测到敏感内容"}},
    "deepseek": {
        "error": {"message": "Content Exists Risk", "type": "invalid_request_error", "param": None, "code": "x"}
    },
    "moonshot": {
        "error": {"message": "The request was rejected because it was considered high risk", "type": "content_filter"}
    },
    "ark": {
        "error": {"code": "InputTextSensitiveContentDetected", "message": "The request failed.", "type": "BadRequest"}
    },
    "openai": {
        "error": {
            "message": "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
            "type": "invalid_request_error",
            "code": "invalid_prompt",
        }
    },
    "one-api": {"error": {"message": "x", "type": "one_api_error", "code": "sensitive_words_detected"}},
    "spark": {"error": {"message": "输入内容审核不通过，涉嫌违规", "code": "10013"}},
    "minimax": {"base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}},
    "generic": {"error": {"message": "x", "code": "content_policy"}},
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_recognised(name):
    """Each provider's way to say that its filter stepped in is recognised at HTTP 400."""
    assert blocked.word(DIALECTS[name], 400)


def test_a_moderated_input_with_http_403_is_recognised():
    """A gateway that answers a flagged input with 403 has blocked it, and has not refused the key."""
    body = {"error": {"code": 403, "message": "model/x requires moderation on Provider. Your input was flagged."}}
    assert blocked.word(body, 403) == "content_filter"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "content_filter",
        {},
        {"error": None},
        {"error": "model names are case-sensitive"},
        {"error": {"message": "header names are not case sensitive", "code": "invalid_request_error"}},
        {"error": {"message": "unknown field content_filter", "code": "invalid_request_error"}},
        {"error": {"message": "quota 1301 exceeded", "code": "1301"}},
        {"error": {"message": "bad request", "code": 10013}},
        {"error": {"message": "x", "code": True}},
        {"error": {"message": ["content exists risk"], "code": 10**400}},
        {"choices": [{"message": {"content": "Content Exists Risk"}}], "code": "content_filter"},
        {"base_resp": {"status_code": 1002}},
        {"base_resp": {"status_code": 0}},
    ],
)
def test_what_only_looks_like_a_block_is_none(body):
    """An error that merely uses a filter's words is no block: a block counts as a refusal."""
    assert blocked.word(body, 400) is None


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_other_statuses_never_block(status):
    """A refused key, a rate limit or a server error is no block, whatever its words are."""
    assert blocked.word(AZURE, status) is None


@pytest.mark.parametrize("reason", [None, "", "stop", "length", "case-sensitive", "tool_calls"])
def test_ordinary_finish_reasons_do_not_block(reason):
    """Ordinary finish reasons say nothing of a filter."""
    assert not blocked.finish(reason)


@settings(max_examples=100, deadline=None)
@given(code=st.integers() | st.floats() | st.text() | st.none(), message=st.text() | st.integers())
def test_no_error_body_breaks_the_reader(code, message):
    """Whatever stands in code and message, the reader answers with a word or None."""
    assert blocked.word({"error": {"code": code, "message": message}}, 400) in {None, "content_filter", *blocked.CODES}

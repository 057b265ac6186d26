"""What an HTTP reply that is no success means."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.candidates import faults
from evalcenter.errors import CallFailed, KeyRefused, UnknownModel, Unreachable

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
KEY = "sk-secret/key+1234"


def place(*, answered=False, key=KEY):
    return faults.Place("http://host/v1", "m-1", faults.Scrubber(key), answered)


def reply(status, body=b"", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return faults.Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def failure(status, body=b"", *, answered=False, **headers):
    with pytest.raises(CallFailed) as caught:
        faults.read(reply(status, body, **headers), place(answered=answered), NOW, 5)
    return caught.value


def error(message="x", code=None, kind=None):
    return {"error": {"message": message, "type": kind, "code": code}}


def test_a_blocked_prompt_is_an_answer():
    """HTTP 400 of a content filter is a blocked answer with the provider's code."""
    answer = faults.read(reply(400, error(code="data_inspection_failed")), place(), NOW, 5)
    assert (answer.state, answer.finish_reason, answer.latency_ms) == ("blocked", "data_inspection_failed", 5)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", error("no access")])
def test_a_refused_key_ends_the_run(status, body):
    """401 and 403 before the first answer are fatal: the endpoint refused the key."""
    problem = failure(status, body)
    assert isinstance(problem.fatal, KeyRefused)
    assert not problem.retryable


def test_a_key_that_stops_working_ends_the_run():
    """401 is fatal also after the endpoint has answered."""
    assert isinstance(failure(401, error(), answered=True).fatal, KeyRefused)


def test_a_403_after_an_answer_is_about_the_prompt():
    """403 after the endpoint has answered turns away one prompt: an API's error for good, a gateway's page for now."""
    refused, page = failure(403, error(), answered=True), failure(403, b"<html>", answered=True)
    assert (refused.fatal, refused.retryable, page.fatal, page.retryable) == (None, False, None, True)


@pytest.mark.parametrize(
    ("status", "body"), [(402, b""), (429, error(code="insufficient_quota")), (400, error(kind="Arrearage"))]
)
def test_missing_credit_ends_the_run(status, body):
    """An account without credit is fatal, whatever status says so."""
    problem = failure(status, body, answered=True)
    assert isinstance(problem.fatal, KeyRefused)
    assert "credit" in problem.fatal.what


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, error("The model `m-1` does not exist or you do not have access to it.", "model_not_found")),
        (404, error("x", "model_not_found")),
        (404, error("Not found the model m-1 or Permission denied", kind="resource_not_found_error")),
        (404, {"object": "error", "message": "The model `m-1` does not exist.", "type": "NotFoundError", "code": 404}),
        (404, {"error": "model 'm-1' not found"}),
        (404, error("The API deployment for this resource does not exist.", "DeploymentNotFound")),
        (404, error("This deployment is gone")),
        (400, error("Model Not Exist", "invalid_request_error")),
        (400, error("模型不存在，请检查模型代码", "1211")),
        (400, error("x", "1211")),
        (400, error("x", 1211)),
        (400, error("Unknown model: m-1")),
    ],
)
def test_an_unknown_model_ends_the_run(status, body):
    """A model that the endpoint does not know is fatal, in each form of saying so."""
    problem = failure(status, body)
    assert isinstance(problem.fatal, UnknownModel)
    assert "m-1" in problem.fatal.what


@pytest.mark.parametrize(
    "message",
    [
        "This model does not support the parameter `seed`; it was not sent",
        "max_tokens is too large for this model",
        "Invalid model parameter: temperature. The value is not available",
        "messages: at least one message is required",
    ],
)
def test_another_bad_request_is_one_failed_call(message):
    """Another 400 is neither fatal nor worth another try."""
    problem = failure(400, error(message))
    assert (problem.kind, problem.fatal, problem.retryable) == ("bad_request", None, False)
    assert message in problem.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><head><title>404 Not Found</title>",
        b"404 page not found",
        {"detail": "Not Found"},
        {"status": 404, "error": "Not Found", "path": "/chat/completions"},
        error("Unknown request URL: POST /chat/completions", "unknown_url"),
    ],
)
@pytest.mark.parametrize("status", [404, 405])
def test_an_address_without_the_protocol_ends_the_run(status, body):
    """A 404 that speaks of no model means that the base URL is wrong, and says what to check."""
    problem = failure(status, body)
    assert isinstance(problem.fatal, Unreachable)
    assert "/v1" in problem.fatal.todo


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    """A redirect ends the run and names the address it leads to."""
    problem = failure(status, b"", location="https://elsewhere/v1/chat/completions")
    assert isinstance(problem.fatal, Unreachable)
    assert "https://elsewhere/v1" in str(problem.fatal)


@pytest.mark.parametrize(("status", "body"), [(404, b"<html>"), (404, error("no model m")), (302, b"")])
def test_after_an_answer_the_address_is_right(status, body):
    """What would be fatal at first is worth another try once the endpoint has answered."""
    problem = failure(status, body, answered=True)
    assert (problem.fatal, problem.retryable) == (None, True)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 529])
def test_passing_trouble_is_worth_another_call(status):
    """Time-outs, conflicts, rate limits and server errors are worth another call, with or without a web page."""
    problem = failure(status, b"<html><body><h1>Bad gateway</h1></body></html>")
    assert (problem.retryable, problem.fatal, problem.http_status) == (True, None, status)
    assert "<h1>" not in problem.message


@pytest.mark.parametrize("status", [411, 413, 415, 422, 431])
def test_a_refused_request_is_not_repeated(status):
    """A request that is refused for what it is is not sent again."""
    problem = failure(status, error("too long"))
    assert (problem.retryable, problem.fatal) == (False, None)


def test_the_other_token_field_is_hinted_at():
    """An endpoint that wants max_completion_tokens gets its setting named."""
    problem = failure(400, error("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."))
    assert "max_tokens_field: max_completion_tokens" in problem.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:09 GMT"}, 9.0),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:09 -0000"}, 9.0),
        ({"retry-after": "Wed, 04 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 02 Mar 2020 10:00:05 GMT", "date": "Mon, 02 Mar 2020 10:00:00 GMT"}, 5.0),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:09 GMT", "date": "yesterday"}, 9.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers, seconds):
    """Retry-After is read as seconds, as a date by the server's own clock, or in milliseconds; nonsense is no wait."""
    assert faults.retry_after(headers, NOW) == seconds


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("form", [KEY, f"Bearer {KEY}", "sk-secret%2Fkey%2B1234"])
def test_the_key_is_in_no_message(status, form):
    """An endpoint that sends the key back does not get it into a message, a fatal error or their representation."""
    for body in (error(f"bad key {form}"), f"you sent {form}".encode(), b"x" * 280 + form.encode()):
        problem = failure(status, body, location=f"http://x/{form}")
        shown = f"{problem} {problem!r} {problem.message} {problem.fatal} {problem.fatal!r}"
        assert KEY not in shown
        assert "secret" not in shown


def test_the_scrubber_does_not_show_its_key():
    """The scrubber's own representation does not hold the key."""
    assert KEY not in repr(place())


def test_answers_lose_only_keys_that_can_be_no_word():
    """A key of eight characters or more is taken out of answers; a shorter one could be a word and stays."""
    assert faults.Scrubber("abcdefgh").evidence("xabcdefghx") == "x[key]x"
    assert faults.Scrubber("none").evidence("none of it") == "none of it"
    assert faults.Scrubber(None).evidence("none") == "none"
    assert faults.Scrubber(None)("none") == "none"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"code": 401}}, 401),
        ({"error": {"code": "429"}}, 429),
        ({"error": {"code": 502}, "choices": []}, 502),
        ({"error": {"code": 502}, "choices": [{}]}, None),
        ({"error": {"code": 200}}, None),
        ({"error": {"code": 4010}}, None),
        ({"error": {"code": 10**5000}}, None),
        ({"error": {"code": "model_not_found"}}, None),
        ({"error": "401"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_status_in_disguise_is_found(body, status):
    """An error under HTTP 200 whose code is an HTTP status is read as that status."""
    assert faults.disguised(body) == status


@pytest.mark.parametrize("body", [b"<html>", b"  <!DOCTYPE html>", b"<!-- x --><head>", b"\n<H1>Hello"])
def test_a_page_is_known_by_its_beginning(body):
    """A web page is recognised without its content type."""
    assert faults.is_page(reply(200, body))


def test_json_is_no_page_whatever_its_type_says():
    """A careless server's JSON under the type text/html is JSON."""
    assert not faults.is_page(reply(200, b" {}", content_type="text/html"))


@pytest.mark.parametrize(
    ("body", "stream"), [(b"data: {}\n\n", True), (b": keep-alive\n\n", True), (b'{"data": 1}', False), (b"", False)]
)
def test_a_stream_is_known_by_its_beginning(body, stream):
    """A stream of events is recognised by how it begins."""
    assert faults.is_stream(reply(200, body)) == stream


@pytest.mark.parametrize("body", [b'{"a": "<html>"}', b"", b"<think>", b"text <html>"])
def test_json_that_speaks_of_pages_is_none(body):
    """A reply that merely holds a tag is no page."""
    assert not faults.is_page(reply(200, body, content_type="application/json"))


@settings(max_examples=200, deadline=None)
@given(
    status=st.integers(300, 599),
    body=st.binary(max_size=40)
    | st.fixed_dictionaries(
        {"error": st.none() | st.text() | st.dictionaries(st.sampled_from(["message", "code"]), st.text())}
    ),
    after=st.text(max_size=30),
    answered=st.booleans(),
)
def test_every_reply_means_something(status, body, after, answered):
    """Every reply is a blocked answer or a failed call, and nothing else is raised."""
    try:
        answer = faults.read(reply(status, body, retry_after=after), place(answered=answered), NOW, 1)
    except CallFailed:
        return
    assert answer.state == "blocked"

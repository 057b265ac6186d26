"""What counts as an answer, and what does not."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import canon
from evalcenter.candidates import reading
from evalcenter.errors import CallFailed


def completion(content="Take 250 mg.", reason="stop", **more):
    message = {"role": "assistant", "content": content, **more}
    return {"model": "m-1", "choices": [{"index": 0, "message": message, "finish_reason": reason}]}


def test_a_plain_completion_is_a_complete_answer():
    """A plain completion becomes a complete answer with its model, reason and latency."""
    answer = reading.answer(completion(), latency_ms=12)
    assert (answer.text, answer.state, answer.model, answer.finish_reason) == (
        "Take 250 mg.",
        "complete",
        "m-1",
        "stop",
    )
    assert (answer.latency_ms, answer.prompt_tokens, answer.completion_tokens) == (12, None, None)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        {"choices": None},
        {"choices": []},
        {"choices": [None]},
        {"choices": ["x"]},
        {"choices": {}},
        {"choices": [{}]},
        {"choices": [{"message": None, "finish_reason": "stop"}]},
        {"choices": [{"message": {}, "finish_reason": "stop"}]},
        {"choices": [{"message": "text", "finish_reason": "stop"}]},
        {"choices": [{"text": "a completion of the older protocol"}]},
        {"choices": [{"message": {"content": 42}}]},
        {"choices": [{"message": {"content": True}}]},
    ],
)
def test_a_reply_without_a_message_is_a_failed_call(body):
    """A reply without a usable message is a failed call that is worth another try, never an answer."""
    with pytest.raises(CallFailed) as caught:
        reading.answer(body)
    assert caught.value.kind == "no_message"
    assert caught.value.retryable
    assert caught.value.fatal is None


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "the model is overloaded", "code": 502}},
        {"error": "overloaded", "choices": []},
        {"choices": [{"error": {"message": "upstream broke", "code": 502}, "message": {"content": "half"}}]},
    ],
)
def test_an_error_under_http_200_is_a_failed_call(body):
    """An error in a reply that is marked as a success is a failed call, with the endpoint's words."""
    with pytest.raises(CallFailed, match=r"overloaded|upstream broke") as caught:
        reading.answer(body)
    assert caught.value.kind == "error_body"


@pytest.mark.parametrize("reason", ["error", "abort", "network_error", "insufficient_system_resource"])
def test_an_answer_that_the_server_broke_off_is_a_failed_call(reason):
    """A finish reason with which the server says that it broke off makes a failed call."""
    with pytest.raises(CallFailed) as caught:
        reading.answer(completion("half an answ", reason))
    assert caught.value.kind == "broken_off"


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "model_length"])
def test_length_is_truncated_and_keeps_its_text(reason):
    """An answer that was cut by its length is truncated and keeps its text."""
    answer = reading.answer(completion("half an answ", reason))
    assert (answer.text, answer.state) == ("half an answ", "truncated")


def test_length_comes_before_silence():
    """A reply that was cut while thinking is truncated, not silent."""
    answer = reading.answer(completion("<think>still at it", "length"))
    assert (answer.text, answer.state, answer.reasoning) == ("", "truncated", "still at it")


@pytest.mark.parametrize(
    "content", [None, "", "  \n", "\u200b\ufeff", [], [{"type": "text", "text": ""}], "<think>x</think>"]
)
def test_a_complete_message_without_content_is_silence(content):
    """A complete message in which nothing can be read is the candidate's silence."""
    assert reading.answer(completion(content)).state == "silent"


def test_silence_keeps_the_reasoning():
    """A model that only reasoned is silent, and its reasoning is kept."""
    answer = reading.answer(completion(None, reasoning_content="thinking about mg"))
    assert (answer.state, answer.text, answer.reasoning) == ("silent", "", "thinking about mg")


def test_a_message_that_only_calls_a_tool_is_silence():
    """A message with tool calls and no content is silent."""
    assert reading.answer(completion(None, "tool_calls", tool_calls=[{"id": "1"}])).state == "silent"


@pytest.mark.parametrize(
    "reason", ["content_filter", "sensitive", "SAFETY", "guardrail_intervened", "content_filtered"]
)
@pytest.mark.parametrize("content", [None, "", "The first half"])
def test_a_content_filter_blocks(reason, content):
    """A content filter's finish reason makes a blocked answer with the text that came before."""
    answer = reading.answer(completion(content, reason))
    assert (answer.state, answer.text, answer.finish_reason) == ("blocked", content or "", reason)


@pytest.mark.parametrize("choice", [{}, {"message": None}, {"message": {}}])
def test_a_block_needs_no_message(choice):
    """A choice that was filtered before there was a message is blocked, not a failed call."""
    assert reading.answer({"choices": [{**choice, "finish_reason": "content_filter"}]}).state == "blocked"


def test_minimax_blocks_under_http_200():
    """MiniMax's status 1027 in a reply marked as a success is a block."""
    body = {"choices": None, "base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}}
    assert reading.answer(body).state == "blocked"


def test_minimax_flags_beside_an_empty_message_block():
    """MiniMax's sensitive flag beside an empty message is a block, beside a delivered text it is not."""
    assert reading.answer({**completion(""), "output_sensitive": True}).state == "blocked"
    assert reading.answer({**completion("text"), "output_sensitive": True}).state == "complete"


def test_a_refusal_field_is_the_answer():
    """The text of a message's refusal field is a complete answer."""
    answer = reading.answer(completion(None, refusal="I can't help with that."))
    assert (answer.state, answer.text) == ("complete", "I can't help with that.")


def test_a_refusal_field_does_not_hide_content():
    """Content stays the answer where a refusal field stands beside it."""
    assert reading.answer(completion("Take 5 g.", refusal="No.")).text == "Take 5 g."


def test_a_missing_finish_reason_is_complete():
    """A server that reports no finish reason still gives a complete answer."""
    assert reading.answer(completion(reason=None)).state == "complete"


# -- thinking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text", "thought", "unclosed"),
    [
        ("plain  text ", "plain  text ", "", False),
        ("<think>a</think>b", "b", "a", False),
        ("<THINK>\na\n</Think>\n\nb\n", "b", "a", False),
        ("<thinking>a</thinking>b", "b", "a", False),
        ("<seed:think>a</seed:think>b", "b", "a", False),
        ("[THINK]a[/THINK]b", "b", "a", False),
        ("◁think▷a◁/think▷b", "b", "a", False),
        ("a</think>b", "b", "a", False),
        ("<think>a</think>b<think>c</think>d", "bd", "a\nc", False),
        ("one <think>a</think> two", "one  two", "a", False),
        ("<think>a", "", "a", True),
        ("  \n<think>a", "", "a", True),
        ("<think>a</think>\n<think>b", "", "a\nb", True),
        ("<think>a</thinking>b", "", "a</thinking>b", True),
        ("<think></think>b", "b", "", False),
        ("<think>a <think> b</think>c", "c", "a <think> b", False),
        ("answer\n<think>a", "answer\n<think>a", "", False),
        ("<think>a</think>b</think>c", "b</think>c", "a", False),
        ("</think>b", "b", "", False),
        ("a<thinker>b", "a<thinker>b", "", False),
    ],
)
def test_thinking_is_moved_out_of_the_text(content, text, thought, unclosed):
    """Thinking is moved out of the text in every form it comes in; what a reader would see stays."""
    assert reading.split(content) == (text, thought, unclosed)


def test_text_before_an_open_block_is_not_lost():
    """A violation cannot be hidden by opening a thinking block behind it."""
    answer = reading.answer(completion("Take 5 g at once.\n<think>hm"))
    assert (answer.state, answer.text) == ("complete", "Take 5 g at once.\n<think>hm")


def test_thinking_that_never_ends_is_silence():
    """A complete reply that is nothing but open thinking is silent and keeps it as reasoning."""
    answer = reading.answer(completion("<think>on and on"))
    assert (answer.state, answer.text, answer.reasoning) == ("silent", "", "on and on")


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_fields_are_read(name):
    """Each of the fields in which endpoints put reasoning is read."""
    answer = reading.answer(completion("b", **{name: "a"}))
    assert (answer.text, answer.reasoning) == ("b", "a")


def test_the_same_reasoning_in_two_fields_is_kept_once():
    """An endpoint that repeats its reasoning in two fields is quoted once."""
    assert reading.answer(completion("b", reasoning="a", reasoning_content="a")).reasoning == "a"


@pytest.mark.parametrize("value", [None, 7, ["a"], {"text": "a"}, ""])
def test_reasoning_that_is_no_text_is_left_out(value):
    """A reasoning field of another type is ignored."""
    assert reading.answer(completion("b", reasoning=value)).reasoning == ""


@pytest.mark.parametrize(
    ("parts", "text", "thought"),
    [
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab", ""),
        ([{"type": "output_text", "text": "a"}], "a", ""),
        ([{"type": "text", "text": {"value": "a"}}], "a", ""),
        (["a", "b"], "ab", ""),
        ({"type": "text", "text": "a"}, "a", ""),
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "t"}, 3]}, {"type": "text", "text": "a"}],
            "a",
            "t",
        ),
        ([{"type": "reasoning", "text": "t"}, {"type": "text", "text": "a"}], "a", "t"),
        ([{"type": "refusal", "refusal": "no"}], "no", ""),
        ([{"type": "image_url", "image_url": {}}, 5, None, {"type": "text", "text": "a"}], "a", ""),
    ],
)
def test_content_in_parts_is_joined(parts, text, thought):
    """Content that comes as a list of parts is joined, its thinking apart."""
    answer = reading.answer(completion(parts))
    assert (answer.text, answer.reasoning) == (text, thought)


# -- usage, texts, bytes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_count", "read"),
    [
        (7, 7),
        (7.0, 7),
        (7.9, 7),
        ("7", 7),
        (" 7.0 ", 7),
        (0, 0),
        (-1, None),
        (True, None),
        (None, None),
        ("seven", None),
        ("9" * 5000, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        ([7], None),
        ({}, None),
    ],
)
def test_token_counts_are_whole_or_absent(given_count, read):
    """A token count is a whole number, whatever it was reported as, or absent."""
    answer = reading.answer({**completion(), "usage": {"prompt_tokens": given_count, "completion_tokens": 3}})
    assert (answer.prompt_tokens, answer.completion_tokens) == (read, 3)


@pytest.mark.parametrize(
    "usage",
    [
        {"completion_tokens_details": {"reasoning_tokens": 5}},
        {"output_tokens_details": {"reasoning_tokens": "5"}},
        {"reasoning_tokens": 5.0},
    ],
)
def test_reasoning_tokens_are_found(usage):
    """Reasoning tokens are read from each of the places in which they are reported."""
    assert reading.answer({**completion(), "usage": usage}).reasoning_tokens == 5


@pytest.mark.parametrize("usage", [None, [], "x", {}, {"prompt_tokens": None}, {"completion_tokens_details": None}])
def test_missing_usage_is_absent(usage):
    """Missing or partial usage leaves the counts absent."""
    answer = reading.answer({**completion(), "usage": usage})
    assert (answer.prompt_tokens, answer.completion_tokens, answer.reasoning_tokens) == (None, None, None)


def test_lone_surrogates_and_nuls_are_replaced():
    """Characters that cannot be written down are replaced, so that the answer has canonical bytes."""
    body = json.loads(
        '{"model":"m\\udc00","choices":[{"message":{"content":"a\\ud800b\\u0000c","reasoning":"\\udfff"}}]}'
    )
    answer = reading.answer(body)
    assert (answer.text, answer.reasoning, answer.model) == ("a\ufffdb\ufffdc", "\ufffd", "m\ufffd")
    assert canon.encode(answer)


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"{", b'{"a": "\xff"}', '{"a": "药量是多少"}'.encode("gb18030"), b"[" * 200_000, b"1" * 5000],
)
def test_what_is_not_json_is_a_failed_call(raw):
    """Bytes that are not UTF-8 JSON are a failed call that is worth another try."""
    with pytest.raises(CallFailed) as caught:
        reading.parse(raw)
    assert (caught.value.kind, caught.value.retryable) == ("not_json", True)


def test_json_may_begin_with_a_mark_and_blank_lines():
    """A byte order mark or the blank lines of a server that keeps the connection alive do no harm."""
    assert reading.parse(b"\xef\xbb\xbf\n\n {}\n") == {}


def test_a_recorded_answer_is_read_by_the_same_rules():
    """A recorded answer is split, cleaned and given its state as a live one is."""
    answer = reading.recorded("<think>a</think>b\0", reasoning="r", finish_reason="length", model="m")
    assert (answer.text, answer.reasoning, answer.state, answer.model) == ("b\ufffd", "r\na", "truncated", "m")
    assert reading.recorded("").state == "silent"
    assert reading.recorded("", finish_reason="content_filter").state == "blocked"


@pytest.mark.parametrize("said", [{"detail": [{"msg": "bad"}]}, {"detail": "bad"}, {"error": "bad"}, {"msg": " bad "}])
def test_the_words_of_an_error_are_found(said):
    """The words of an error are found in each of the shapes that servers give it."""
    assert reading.words(said) == "bad"


@pytest.mark.parametrize("said", [None, [], "bad", {}, {"error": None}, {"error": {"message": 5}}, {"detail": []}])
def test_an_error_without_words_is_empty(said):
    """An error that says nothing readable has no words."""
    assert reading.words(said) == ""


@pytest.mark.parametrize(
    "text", ["<think>" * 15_000, "</think>" * 12_000, "<think></think>" * 7_000, "<" * 100_000, "[/THINK" * 15_000]
)
def test_hostile_thinking_is_read_quickly(text):
    """A hundred kilobytes of tags are read in less than a second."""
    begin = time.monotonic()
    reading.answer(completion(text))
    assert time.monotonic() - begin < 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["stop", "<think>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "choices": JSON
        | st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "message": JSON
                    | st.fixed_dictionaries(
                        {},
                        optional=dict.fromkeys(
                            ("content", "refusal", "reasoning", "reasoning_content", "thinking"), JSON
                        ),
                    ),
                    "finish_reason": JSON,
                    "error": JSON,
                },
            ),
            max_size=2,
        ),
        **dict.fromkeys(("error", "model", "base_resp", "usage", "code", "output_sensitive", "detail"), JSON),
    },
)


@settings(max_examples=300, deadline=None)
@given(body=JSON | KNOWN)
def test_any_json_is_an_answer_or_a_failed_call(body):
    """On any JSON value the reader gives a record that can be written down, or CallFailed, and nothing else."""
    try:
        answer = reading.answer(body)
    except CallFailed:
        return
    assert canon.encode(answer)


@settings(max_examples=200, deadline=None)
@given(
    text=st.lists(st.sampled_from(["<think>", "</think>", "a", " ", "b\n", "[THINK]", "[/THINK]"]), max_size=8).map(
        "".join
    )
)
def test_splitting_loses_no_letter(text):
    """Whatever the tags, every letter ends up in the text or in the reasoning."""
    visible, thought, _ = reading.split(text)
    letters = lambda held: sorted(c for c in held if c in "ab")  # noqa: E731  (used three times in one line)
    assert letters(visible + thought) == letters(text)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_json_or_a_failed_call(raw):
    """On any bytes the parser gives a value or CallFailed."""
    with suppress(CallFailed):
        reading.parse(raw)


def test_what_a_reply_says_of_its_version_is_read() -> None:
    """The system fingerprint and headers whose names speak of a version, shortened; nothing else, and no text that is none."""
    headers = {
        "x-model-version": "m" * 500,
        "openai-version": "2020",
        "x-request-id": "r",
        "server": "s",
        "x-remodel": "no",
    }
    found = reading.versions(b'{"system_fingerprint": "fp_1", "model": "m"}', headers)
    assert found == {"system_fingerprint": "fp_1", "header openai-version": "2020", "header x-model-version": "m" * 200}
    assert reading.versions(b'{"system_fingerprint": 7}', {}) == {}
    assert reading.versions(b"[]", {f"x-build-{number}": "b" for number in range(99)}).keys() <= {
        f"header x-build-{number}" for number in range(99)
    }
    assert len(reading.versions(b"[]", {f"x-build-{number}": "b" for number in range(99)})) < 10

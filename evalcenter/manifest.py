"""What a bundle holds, and the words that lie in it for whoever opens it years later, in both languages.

The manifest is no evidence: it says what is there, and the signed files say what it is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from evalcenter.records import record
from evalcenter.rendering.plaintext import visible

TEXT: Final = """\
# 核对方法 · How to check this bundle

## 中文

本归档包含一次评测：计划 `{plan}`，
日志 {entries} 行，末行摘要 `{head}`，结论 `{verdict}`。

1. 安装 Python 3.11 或更新版本（评测时为 {python}）和 evalcenter {version}。
2. 从颁发机构另行取得公钥文件，不要使用与本归档一同收到的公钥；把 `verify` 打印的指纹与机构公布的指纹比对。
3. 运行 `{command}`。
   退出码 0 表示签名属实、日志完整，每个评分和结论都已重新计算且一致；其他退出码都有说明。
   证书过期后，可用 `--at 年-月-日` 核对它在某日是否有效；是否被暂停或撤销，以机构的登记簿为准。
   标有 DEMONSTRATION 的证书只是演示，加 `--demo` 才能查看。

{zh}

不使用本程序时：`manifest.json` 列出每个文件的 SHA-256；`run/*.dsse.json` 是 DSSE 1.0.2 信封，内为 in-toto Statement v1，
以 Ed25519 签名；`run/journal.jsonl` 每行的 `prev` 是上一行的 SHA-256。

## English

This archive holds one evaluation: plan `{plan}`,
a journal of {entries} lines whose last has the digest `{head}`, verdict `{verdict}`.

1. Install Python 3.11 or newer (the run had {python}) and evalcenter {version}.
2. Get the public keys from the issuer by another way than this archive, and compare the fingerprints that `verify` prints with
   those that the issuer publishes.
3. Run `{command}`.
   Exit code 0 means that the signatures are genuine, the journal is whole, and every grade and the verdict came out again; every
   other code is explained. For a certificate that has expired, `--at YYYY-MM-DD` asks about that day; whether it was suspended or
   revoked stands in the issuer's register. A certificate marked DEMONSTRATION is for show, and is looked at with `--demo`.

{en}

Without this program: `manifest.json` lists the SHA-256 of every file; `run/*.dsse.json` are DSSE 1.0.2 envelopes with in-toto
Statements v1, signed with Ed25519; each line of `run/journal.jsonl` holds the SHA-256 of the line before it as `prev`.
"""


Held = Literal["files", "commitment", "nothing"]


@record
class Asked:
    """A suite of the run, and what of it is in the bundle."""

    id: str
    version: str
    digest: str
    held: Held


ZH: Final = {
    "files": "文件在本归档中",
    "commitment": "密封题库，题目不在本归档中；承诺值见 `commitments/`，须与机构公布的一致",
    "nothing": "文件不在本归档中",
    "sealed": "密封题的题目和回答已加密。没有机构的身份密钥时，可核对日志链、计数和结论；"
    "加 `--identity 文件` 才能重新作出每个评分。",
}
EN: Final = {
    "files": "its files are here",
    "commitment": "sealed, its items are not here; its commitment in `commitments/` must be the one that the centre published",
    "nothing": "not here",
    "sealed": "Sealed items and the answers to them are encrypted. Without the centre's identity the chain, the counts and the "
    "verdict are checked; with `--identity FILE` every mark is made again.",
}


@record
class Manifest:
    """What a bundle holds: the digest of every file but this one, and what the run says of itself.

    `sealed` says whether the run's items and answers are encrypted. `signers` are the fingerprints that stand beside the
    signatures as hints; who signed is found out with keys from elsewhere.
    """

    format: Literal["evalcenter/bundle/1"] = "evalcenter/bundle/1"
    plan: str
    entries: int
    head: str
    verdict: str
    suites: tuple[Asked, ...]
    sealed: bool = False
    signers: Mapping[str, tuple[str, ...]]
    environment: Mapping[str, str]
    files: Mapping[str, str]


def text(manifest: Manifest) -> str:
    """The instructions as Markdown. All commands are exact but for the names of the key files."""
    certified = any(name.startswith("certificate") for name in manifest.signers)
    keys = "--key evaluator.pub.pem --key decider.pub.pem" if certified else "--key issuer.pub.pem"
    words = {
        "command": f"evalcenter verify BUNDLE.zip {keys}",
        "version": _inline(manifest.environment.get("evalcenter", "?")),
        "python": _inline(manifest.environment.get("python", "?")),
        "plan": manifest.plan,
        "head": manifest.head,
        "entries": str(manifest.entries),
        "verdict": manifest.verdict,
    }
    zh = [
        *_signers(manifest, "签名旁所注的密钥指纹（仅为提示）"),
        *_suites(manifest, "题库", ZH),
    ]
    en = [
        *_signers(manifest, "Fingerprints that stand beside the signatures (hints only)"),
        *_suites(manifest, "Suites", EN),
    ]
    return TEXT.format(**words, zh="\n".join(zh), en="\n".join(en))


def _signers(manifest: Manifest, title: str) -> list[str]:
    if not manifest.signers:
        return []
    lines = (f"- `{name}`: {', '.join(map(_inline, keys))}" for name, keys in manifest.signers.items())
    return [f"{title}:", "", *lines, ""]


def _suites(manifest: Manifest, title: str, words: Mapping[str, str]) -> list[str]:
    lines = (f"- {_inline(one.id)} {_inline(one.version)} `{one.digest}`: {words[one.held]}" for one in manifest.suites)
    return [f"{title}:", "", *lines, *(["", words["sealed"]] if manifest.sealed else [])]


def _inline(value: str) -> str:
    """`value` without anything that means something in Markdown; it comes from a journal, which others may have written."""
    return "".join(letter for letter in visible(value) if letter not in "`\n<>[]")

"""Makes a tiny Llama model with random weights as a GGUF file, so that a real engine can be run without downloading a model.

Rules this script keeps:

* Same bytes every time: the weights come from one fixed seed.
* It knows nothing. Its answers are words, Chinese characters and stray bytes in no order. Only how it ends is arranged: the
  end token is about as likely at every step, so a short limit cuts most answers off and a long one lets every answer end.
* It reads any text: what is not in the vocabulary is read byte by byte, as Llama's own tokenizer does.

Run: ``python make_model.py MODEL.gguf`` with the packages gguf and numpy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import gguf
import numpy as np

SEED: Final = 20260501
LAYERS: Final = 2
WIDTH: Final = 64
HEADS: Final = 4
INNER: Final = 128
CONTEXT: Final = 32768
ROOT: Final = WIDTH**0.5
SPREAD: Final = 0.3
"""How far the logits spread: low, so that every token stays possible."""
END_LOGIT: Final = 1.8
"""What is added to the end token's logit."""

_LATIN: Final = (
    "▁the ▁of ▁and ▁to ▁you ▁office ▁form ▁apply ▁card ▁fee ▁day ▁days ▁not ▁may ▁must ▁city ▁notice ▁A ▁B ▁C ▁D ▁12"
)
_HAN: Final = "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其办理请窗口材料政策"
_SINGLE: Final = "▁.,:?0123456789abcdefghijklmnopqrstuvwxyz，。：、（）《》"
WORDS: Final = (*_LATIN.split(" "), *_SINGLE, *_HAN)
SPECIAL: Final = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
END: Final = SPECIAL.index("<|im_end|>")
TEMPLATE: Final = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def vocabulary() -> tuple[list[str], list[float], list[int]]:
    """Tokens, scores and token types: special tokens, the 256 bytes, then whole words and characters."""
    kinds = gguf.TokenType
    types = [kinds.UNKNOWN] + [kinds.CONTROL] * (len(SPECIAL) - 1) + [kinds.BYTE] * 256 + [kinds.NORMAL] * len(WORDS)
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *WORDS]
    return tokens, [-float(place) for place in range(len(tokens))], [int(kind) for kind in types]


def weights(tokens: int) -> dict[str, np.ndarray]:
    """Every tensor by its GGUF name.

    The first of the model's dimensions is kept the same for every token and every layer leaves it alone. The end token's row of
    the output reads it, so the end token has the same advantage at every step.
    """
    draw = np.random.default_rng(SEED)

    def random(rows: int, columns: int, scale: float) -> np.ndarray:
        return (draw.standard_normal((rows, columns)) * scale).astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    made = {"token_embd": random(tokens, WIDTH, 1), "output_norm": ones, "output": random(tokens, WIDTH, SPREAD / ROOT)}
    made["token_embd"][:, 0] = ROOT
    made["output"][:, 0] = 0
    made["output"][END, 0] = END_LOGIT / (ROOT / 2**0.5)
    for layer in range(LAYERS):
        name = f"blk.{layer}."
        made |= {name + "attn_norm": ones, name + "ffn_norm": ones}
        made |= {name + part: random(WIDTH, WIDTH, 1 / ROOT) for part in ("attn_q", "attn_k", "attn_v")}
        made |= {name + part: random(INNER, WIDTH, 1 / ROOT) for part in ("ffn_gate", "ffn_up")}
        made |= {name + "attn_output": random(WIDTH, WIDTH, 0.3 / ROOT)}
        made |= {name + "ffn_down": random(WIDTH, INNER, 0.3 / ROOT)}
        made[name + "attn_output"][0] = made[name + "ffn_down"][0] = 0
    return made


def write(path: Path) -> None:
    """Write the model to `path`."""
    tokens, scores, types = vocabulary()
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("evalcenter random model")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_vocab_size(len(tokens))
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(SPECIAL.index("<s>"))
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in weights(len(tokens)).items():
        writer.add_tensor(f"{name}.weight", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))

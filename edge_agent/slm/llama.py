"""llama.cpp by its low-level API: one model, one context, one sequence. The only importer of llama_cpp.

One thread only may use an ``Engine``; ``Abort`` alone may be used from another.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llama_cpp as llama
import numpy as np

from edge_agent.config import Slm
from edge_agent.errors import SlmFailed
from edge_agent.slm.template import Segment

#: Tokens a decode: a cancel waits for at most one such chunk where the abort callback isn't honoured (GPUs).
CHUNK = 128
_SEQUENCE = 0
_ABORTED = 2
_WINDOW_STEP = 256
_ERROR_LEVEL = 3
#: Sampling above temperature 0 never takes a token less likely than this part of the best one.
_MIN_P = 0.05
#: A parked copy of the context's cells.
Snapshot = ctypes.Array[ctypes.c_uint8]


class Abort:
    """A flag that ggml reads between its operations, from its own threads, without Python's lock.

    The callback is libc's ``strlen`` over two bytes: a Python one would need the lock hundreds of times a decode.
    """

    def __init__(self) -> None:
        self._bytes = ctypes.create_string_buffer(2)
        self.callback = ctypes.cast(ctypes.CDLL(None).strlen, llama.ggml_abort_callback)
        self.address = ctypes.cast(self._bytes, ctypes.c_void_p)

    def set(self) -> None:
        """Stop the decode that runs now, or the next one."""
        self._bytes[0] = b"\x01"

    def clear(self) -> None:
        """Let decodes run."""
        self._bytes[0] = b"\x00"


@contextmanager
def loaded(settings: Slm, abort: Abort, *, extra_bufts: bool) -> Iterator[Engine]:
    """Load the model. Raises ``SlmFailed`` with what the operator can do about it."""
    path = Path(settings.model)
    _check_file(path, settings.sha256)
    complaints: deque[str] = deque(maxlen=8)

    @llama.llama_log_callback  # type: ignore[untyped-decorator]
    def log(level: int, text: bytes, _: object) -> None:
        if level == _ERROR_LEVEL:
            complaints.append(text.decode(errors="replace").strip())

    llama.llama_log_set(log, ctypes.c_void_p(0))
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(os.fsencode(path), _model_params(settings, extra_bufts=extra_bufts))
    if not model:
        raise SlmFailed(f"{path}: llama.cpp can't load it (truncated or damaged?): {_said(complaints)}")
    try:
        if llama.llama_model_has_encoder(model) or not llama.llama_model_has_decoder(model):
            raise SlmFailed(f"{path} is not a text-generating model")
        context = llama.llama_init_from_model(model, _context_params(settings, model, abort))
        if not context:
            raise SlmFailed(f"{path}: no context of {settings.n_ctx} tokens (too little memory?): {_said(complaints)}")
        try:
            yield Engine(model, context, temperature=settings.temperature)
        finally:
            llama.llama_free(context)
    finally:
        llama.llama_model_free(model)


def _said(complaints: Sequence[str]) -> str:
    return "; ".join(line for line in complaints if line) or "no reason given"


def _check_file(path: Path, sha256: str | None) -> None:
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise SlmFailed(f"{path} is not a GGUF file")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest() if sha256 else None
    except OSError as error:
        raise SlmFailed(f"the model file can't be read: {path}: {error.strerror}") from error
    if sha256 and digest != sha256.lower():
        raise SlmFailed(f"{path} has SHA-256 {digest}, not the configured one")


def _model_params(settings: Slm, *, extra_bufts: bool) -> Any:
    params = llama.llama_model_default_params()
    params.n_gpu_layers = settings.gpu_layers
    params.use_extra_bufts = extra_bufts
    return params


def _context_params(settings: Slm, model: Any, abort: Abort) -> Any:
    cores = len(os.sched_getaffinity(0))
    trained = max(_WINDOW_STEP, llama.llama_model_n_ctx_train(model) // _WINDOW_STEP * _WINDOW_STEP)
    params = llama.llama_context_default_params()
    params.n_ctx = min(-(-settings.n_ctx // _WINDOW_STEP) * _WINDOW_STEP, trained)
    params.n_batch = params.n_ubatch = CHUNK
    params.n_seq_max = 1
    # ggml's threads spin at barriers: one core stays free of them while tokens are drawn one at a time.
    params.n_threads = settings.threads or max(1, cores - 1)
    params.n_threads_batch = settings.threads_batch or cores
    params.flash_attn_type = (
        llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if settings.flash_attention else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    params.abort_callback = abort.callback
    params.abort_callback_data = abort.address
    return params


class Engine:
    """A loaded model: tokenizer, context, sampling. Made by ``loaded``."""

    def __init__(self, model: Any, context: Any, *, temperature: float) -> None:
        self._model = model
        self._context = context
        self._temperature = temperature
        self._vocab = llama.llama_model_get_vocab(model)
        self._vocab_size = llama.llama_vocab_n_tokens(self._vocab)
        self._memory = llama.llama_get_memory(context)
        self._random = np.random.default_rng()
        self._position = 0

    @property
    def window(self) -> int:
        """Tokens that the context holds."""
        return int(llama.llama_n_ctx(self._context))

    def metadata(self) -> dict[str, str]:
        """Return the file's scalar metadata, by GGUF key."""
        found = {}
        buffer = ctypes.create_string_buffer(64 * 1024)
        for index in range(llama.llama_model_meta_count(self._model)):
            llama.llama_model_meta_key_by_index(self._model, index, buffer, len(buffer))
            key = buffer.value.decode(errors="replace")
            length = llama.llama_model_meta_val_str_by_index(self._model, index, buffer, len(buffer))
            if length < len(buffer):
                found[key] = buffer.value.decode(errors="replace")
        return found

    def chat_template(self) -> str | None:
        """Return the file's Jinja chat template."""
        template = llama.llama_model_chat_template(self._model, None)
        return template.decode() if template else None

    @property
    def bos(self) -> str:
        """The text of the token that begins a prompt, as templates want it."""
        return self._text(llama.llama_vocab_bos(self._vocab))

    @property
    def eos(self) -> str:
        """The text of the token that ends a turn, as templates want it."""
        return self._text(llama.llama_vocab_eos(self._vocab))

    @property
    def begins_with(self) -> str:
        """The text of the token that every prompt of this model begins with; empty where there is none."""
        return self.bos if llama.llama_vocab_get_add_bos(self._vocab) else ""

    def _text(self, token: int) -> str:
        text = llama.llama_vocab_get_text(self._vocab, token) if token >= 0 else None
        return text.decode(errors="replace") if text else ""

    def tokenise(self, segments: Sequence[Segment]) -> list[int]:
        """Tokenise each segment; control tokens are parsed in markup only."""
        return [token for segment in segments for token in self._tokens(segment.text, special=segment.markup)]

    def _tokens(self, text: str, *, special: bool) -> list[int]:
        raw = text.encode(errors="replace")
        # A token is at least one byte, but for a space that some vocabularies put in front.
        buffer = (llama.llama_token * (len(raw) + 8))()
        count = llama.llama_tokenize(self._vocab, raw, len(raw), buffer, len(buffer), False, special)
        if count < 0:
            raise SlmFailed(f"the tokenizer failed on {len(raw)} bytes")
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """Return a token's bytes; a control token has none."""
        buffer = ctypes.create_string_buffer(256)
        length = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(0, length)]

    def ends(self, token: int) -> bool:
        """Whether the model says with it that its turn is over."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def evaluate(self, tokens: Sequence[int]) -> bool:
        """Append tokens to the context, in chunks that begin at the first. False: aborted. Raises ``SlmFailed``."""
        return all(self._decode(tokens[start : start + CHUNK]) for start in range(0, len(tokens), CHUNK))

    def _decode(self, tokens: Sequence[int]) -> bool:
        if self._position + len(tokens) > self.window:
            raise SlmFailed("the model's window is full")
        array = (llama.llama_token * len(tokens))(*tokens)
        code = llama.llama_decode(self._context, llama.llama_batch_get_one(array, len(tokens)))
        if code not in (0, _ABORTED):
            raise SlmFailed(f"llama_decode returned {code}")
        self._position += len(tokens)
        return bool(code == 0)

    def draw(self) -> int:
        """Choose the next token from the last logits: the best one at temperature 0."""
        pointer = llama.llama_get_logits_ith(self._context, -1)
        logits = np.ctypeslib.as_array(pointer, shape=(self._vocab_size,))
        best = int(logits.argmax())
        if self._temperature <= 0:
            return best
        weights = np.exp((logits - logits[best]) / self._temperature)
        weights[weights < _MIN_P] = 0.0
        return int(self._random.choice(self._vocab_size, p=weights / weights.sum()))

    def clear(self) -> None:
        """Forget all tokens."""
        llama.llama_memory_clear(self._memory, True)
        self._position = 0

    def snapshot(self) -> Snapshot:
        """Copy the context's cells out: one or two milliseconds for a prompt's beginning."""
        size = llama.llama_state_seq_get_size(self._context, _SEQUENCE)
        buffer: Snapshot = (ctypes.c_uint8 * size)()
        llama.llama_state_seq_get_data(self._context, buffer, size, _SEQUENCE)
        return buffer

    def restore(self, snapshot: Snapshot, length: int) -> None:
        """Put back the cells of ``length`` tokens, at the places where they were made."""
        self.clear()
        if not llama.llama_state_seq_set_data(self._context, snapshot, len(snapshot), _SEQUENCE):
            raise SlmFailed("the parked beginning of the prompt could not be put back")
        self._position = length

"""Models for tests, made on the spot."""

from pathlib import Path

WORDS = "a an the film of about man woman dog city war love night returns hunts saves loses".split()


def save_model(folder: Path, seed: int = 0, pooling: str = "mean", **config) -> Path:
    """A BERT small enough to make on the spot, with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    plain = folder.with_name(folder.name + "-bert")
    plain.mkdir()
    torch.manual_seed(seed)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (plain / "vocab.txt").write_text("\n".join(tokens))
    BertTokenizerFast(str(plain / "vocab.txt")).save_pretrained(plain)
    shape = {"hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 128}
    config = BertConfig(vocab_size=len(tokens), num_hidden_layers=2, **shape | config)
    BertModel(config).save_pretrained(plain)
    SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=32), Pooling(64, pooling)], device="cpu"
    ).save(str(folder))
    return folder

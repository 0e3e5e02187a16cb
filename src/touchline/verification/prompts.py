"""The texts that a validator holds against images, word for word (openai CLIP)."""

PERSON_OR_GRASS = ("person", "grass")
"""Asked first of each crop that is claimed to show a person."""

KINDS_OF_PERSON = ("football player", "goalkeeper", "referee", "crowd", "black shape")
"""Asked next of a crop that may show a person; each text is the label as well."""

ROUND_OR_NOT = ("a photo of a round object on grass", "a random object")
"""Asked first of the crop around a claimed football."""

BALL_OR_NOT = (
    "a small soccer ball on the field",
    "just grass without any ball",
    "other",
)
"""Asked next of a crop that shows something round."""

PITCH_OR_CLOSE_UP = ("a football pitch", "a close-up of a football player")
"""Asked of a whole frame when frames are selected."""

ALL_PROMPTS = (
    *PERSON_OR_GRASS,
    *KINDS_OF_PERSON,
    *ROUND_OR_NOT,
    *BALL_OR_NOT,
    *PITCH_OR_CLOSE_UP,
)
"""Every text there is, each once: what a cache of text embeddings has to hold."""

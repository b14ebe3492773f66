"""Voices, languages and models to choose from."""

from typing import Final

VOICES: Final = (
    *("Leda", "Puck", "Kore", "Charon", "Aoede", "Zephyr", "Fenrir", "Orus", "Callirrhoe"),
    *("Autonoe", "Enceladus", "Iapetus", "Umbriel", "Algieba", "Despina", "Erinome", "Algenib"),
    *("Rasalgethi", "Laomedeia", "Achernar", "Alnilam", "Schedar", "Gacrux", "Pulcherrima"),
    *("Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia", "Sadaltager", "Sulafat"),
)
LANGUAGES: Final[dict[str, str]] = {
    "en-US": "English, United States",
    "en-GB": "English, United Kingdom",
    "en-AU": "English, Australia",
    "en-IN": "English, India",
    "de-DE": "German",
    "fr-FR": "French",
    "es-ES": "Spanish, Spain",
    "es-US": "Spanish, United States",
    "it-IT": "Italian",
    "nl-NL": "Dutch",
    "pl-PL": "Polish",
    "pt-BR": "Portuguese, Brazil",
    "hi-IN": "Hindi",
    "ja-JP": "Japanese",
    "tr-TR": "Turkish",
}
MODELS: Final = (
    "gemini-3.8-live",
    "gemini-3.8-live-extended-thinking",
    "gemini-3.1-flash-live-preview",
    "gemini-2.5-flash-native-audio-preview-12-2025",
)

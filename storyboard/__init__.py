"""A scene drawn from words alone: sky, ground, light, weather, people and things as shapes. No model, no network."""

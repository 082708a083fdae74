"""Descriptions as people write them, and what has to be seen of each."""

from __future__ import annotations

SCENES: dict[str, tuple[str, str, set[str]]] = {
    # text: place, hour, and what else there is: weather, subjects, things
    "A lighthouse in a storm.": ("sea", "day", {"storm", "lighthouse"}),
    "两个人在雨夜的街头说话。": ("street", "night", {"rain", "people"}),
    "A cat on a windowsill.": ("room", "day", {"cat", "windowsill"}),
    "A spaceship drifts past a ringed planet.": ("space", "day", {"spaceship", "planet"}),
    "Close-up of an old woman at a table.": ("room", "day", {"old woman", "table"}),
    "An orange cat chases a blue ball of yarn across a sunlit floor.": ("room", "day", {"cat", "yarn"}),
    "一个穿红色外套的女孩在雪地里奔跑。": ("field", "day", {"girl", "snow"}),
    "Two old men play chess in a park.": ("field", "day", {"old man", "table", "chess"}),
    "Wide shot of a horse crossing the desert at sunset.": ("desert", "dusk", {"horse"}),
    "海边日出，一艘帆船。": ("beach", "dawn", {"sailboat"}),
    "A city skyline at night.": ("city", "night", set()),
    "森林里的鹿，清晨有雾。": ("forest", "dawn", {"fog", "deer"}),
    "A couple dances on a rooftop at dusk.": ("city", "dusk", {"people"}),
    "京城夜市，人群，红灯笼。": ("street", "night", {"lanterns"}),
    "An astronaut walks on Mars.": ("desert", "day", {"astronaut", "mars"}),
    "A train arrives at a station, people wait.": ("station", "day", {"train"}),
    "A woman with an umbrella in the rain on a street.": ("street", "day", {"rain", "woman", "umbrella"}),
    "雪山下的小木屋，炊烟，夜晚。": ("mountains", "night", {"snow", "house"}),
    "A windmill in a tulip field, two children run.": ("village", "day", {"boy", "windmill"}),
    "特写：一个男人在咖啡馆说：“你好”。": ("room", "day", {"man"}),
    "Coral reef with fish and a turtle.": ("underwater", "day", {"fish", "turtle"}),
    "Hot-air balloons over mountains at dawn.": ("mountains", "dawn", {"balloon"}),
    "Fireworks over the city at night.": ("city", "night", {"fireworks"}),
    "An old fisherman sits by a lake fishing.": ("lake", "day", {"old man"}),
    "古寺前的老人，秋天黄昏。": ("village", "dusk", {"old man", "pagoda"}),
    "A black cat sleeps on a sofa at night.": ("room", "night", {"cat", "sofa"}),
    "Medium shot of a detective in a red coat in an alley at night, black and white.": ("street", "night", {"man"}),
    "A robot and a girl in a workshop.": ("room", "day", {"girl", "robot"}),
    "一辆汽车在公路上行驶，黄昏。": ("road", "dusk", {"car"}),
    "A knight before a castle in fog.": ("village", "day", {"fog", "knight", "castle"}),
    "Northern lights over a snowy village.": ("village", "night", {"snow", "aurora"}),
    "Elephants on the savannah at sunset.": ("field", "dusk", {"elephant"}),
    "A campfire with three friends and a tent at night.": ("field", "night", {"people", "fire", "tent"}),
    "An eagle soars above the clouds.": ("sky", "day", {"cloud", "eagle"}),
}
TALK = (
    "Two people talk on a street in the rain at night. "
    'The woman says: "Did you follow me here?" The man answers: "I only wanted to walk you home." '
    "The camera slowly pans right. The sound of steady rain."
)

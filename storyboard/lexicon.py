"""Which words stand for which part of a picture: English as whole words, Chinese as they stand. The first name wins."""

from __future__ import annotations

import re

Names = dict[str, tuple[str, str]]

TIMES: Names = {
    "dusk": (r"sunsets?|dusk|twilight|evenings?|golden hour|setting sun", "黄昏|傍晚|日落|夕阳|晚霞|落日"),
    "dawn": (r"dawn|sunrises?|daybreak|early morning|first light|rising sun", "清晨|黎明|日出|拂晓|破晓|朝阳|晨光"),
    "night": (
        r"nights?|night-?time|midnight|moonlit|moonlight|moon|starry|stars|starlight|neon|nocturnal|northern lights|"
        r"aurora|lanterns?|candle-?lit|fireworks",
        "夜|月光|月亮|星空|繁星|星星|霓虹|午夜|深夜|灯笼|极光|烛光|烟花",
    ),
    "day": (
        r"noon|mid-?day|day|daylight|sunny|sunlit|sunlight|morning|afternoon|bright sun|sunshine",
        "白天|中午|正午|阳光|晴天|早晨|早上|上午|下午|午后",
    ),
}
WEATHERS: Names = {
    "storm": (r"storm(?:s|y)?|thunder\w*|lightning|tempest|hurricane|typhoon", "暴风|风暴|暴雨|雷|闪电|台风|狂风"),
    "rain": (r"rain(?:s|y|ing|drops?|fall)?|drizzl\w+|downpour", "雨"),
    "snow": (r"snow(?:s|y|ing|fall|flakes?|storm|-covered)?|blizzard", "雪"),
    "fog": (r"fog(?:gy)?|mist(?:y)?|haze|hazy|smoky|smoke-filled", "雾|硝烟"),
    "cloud": (r"cloud(?:s|y)?|overcast|gr[ea]y sky", "云|阴天"),
    "wind": (r"wind(?:s|y)?|breez\w+|gust\w*", "风"),
}
PLACES: Names = {
    "space": (
        r"(?:outer |deep )?space|spaceships?|spacecraft|starships?|galax\w+|orbit of|nebula\w*|asteroids?|cosmos|"
        r"planets?|space station",
        "太空|宇宙|飞船|星系|星云|银河|空间站|行星|星球",
    ),
    "underwater": (
        r"underwater|under the sea|beneath the waves|coral reef|sea ?bed|ocean floor",
        "水下|海底|深海|珊瑚",
    ),
    "room": (
        r"rooms?|kitchens?|bedrooms?|living rooms?|offices?|studio|indoors?|interiors?|cafes?|cafés?|restaurants?|"
        r"bars?|library|libraries|classrooms?|workshops?|window ?sills?|hallways?|"
        r"corridors?|attic|desks?|sofas?|couch|beds?|"
        r"fireplace|windows?|tables?|hospital|diner|shops?|bookshops?|teahouse|dojo|theat(?:re|er)|wooden floors?|"
        r"sunlit floors?",
        "房间|屋里|室内|厨房|卧室|客厅|办公室|咖啡|餐厅|餐馆|酒吧|图书馆|教室|工作室|窗台|走廊|沙发|床|壁炉|窗|桌|医院|"
        r"茶馆|书店|店里|地板|书房",
    ),
    "street": (
        r"streets?|alleys?|alleyway|avenues?|sidewalks?|pavements?|crosswalk|market|bus stop|neon signs?|downtown|"
        r"lane",
        "街|巷|胡同|马路|路口|人行道|集市|市场|夜市|公交站|斑马线",
    ),
    "city": (
        r"city|cities|skylines?|skyscrapers?|rooftops?|metropolis|urban|towers|cityscape|harbou?r city",
        "城市|天际线|摩天|楼顶|天台|屋顶|都市|高楼|大厦",
    ),
    "station": (r"stations?|platforms?|subway|underground train|trains? arriv\w+", "车站|站台|月台|地铁"),
    "beach": (r"beach(?:es)?|sea ?shore|shores?|sand(?:y)? bay|coast(?:al|line)?|seaside", "海滩|沙滩|海边|海岸|岸边"),
    "sea": (
        r"seas?|oceans?|waves?|lighthouses?|ships?|boats?|sailboats?|harbou?rs?|piers?|sailing|cliffs?|whales?|dolphins?|"
        r"island",
        "海|浪|灯塔|船|帆|港|码头|鲸|海豚|岛",
    ),
    "lake": (r"lakes?|rivers?|ponds?|stream|waterfalls?|fishing", "湖|河|江|池塘|溪|瀑布|钓鱼"),
    "desert": (r"deserts?|dunes?|sahara|cact\w+|camels?|oasis|mars", "沙漠|沙丘|仙人掌|骆驼|戈壁|火星|绿洲"),
    "forest": (
        r"forests?|woods|woodlands?|jungles?|trees|pines?|bamboo|grove|rainforest",
        "森林|树林|丛林|竹林|林间|松林|树木|林中|林子",
    ),
    "mountains": (
        r"mountains?|peaks?|alps|summit|valleys?|glaciers?|canyons?|volcano\w*|ridge",
        "山|峰|峡谷|冰川|火山",
    ),
    "village": (
        r"villages?|farms?|cottages?|countryside|barns?|windmills?|castles?|temples?|pagodas?|church(?:es)?|"
        r"small town",
        "村|农场|乡村|田园|风车|城堡|寺|庙|塔|教堂|小镇|古镇",
    ),
    "field": (
        r"fields?|meadows?|tulips?|grass\w*|prairie|savannah?|plains?|hills?|gardens?|parks?|flowers?|wheat|vineyard|orchard|"
        r"playground|lawn|steppe",
        "田|草地|草原|原野|花园|公园|花|麦|稻|山坡|山丘|操场|果园",
    ),
    "sky": (
        r"sky|skies|air(?:plane|craft)s?|aeroplanes?|balloons?|flying|clouds|soar\w*",
        "天空|飞机|气球|飞翔|云海|翱翔",
    ),
    "road": (r"roads?|highways?|motorways?|drives? (?:along|down|through)|car chase|cars?", "公路|道路|汽车|开车|车"),
}
SHOTS: Names = {
    "close": (
        r"(?:extreme )?close[- ]?ups?|close shot|tight shot|macro|portrait of|head[- ]and[- ]shoulders|face of",
        "特写|近景|大头|面部",
    ),
    "medium": (
        r"medium (?:close[- ]up|shot)|mid[- ]?shot|waist[- ]up|two[- ]shot|over[- ]the[- ]shoulder",
        "中景|半身|双人镜头",
    ),
    "wide": (
        r"(?:extreme |very )?wide(?: shot| angle|-angle)?|establishing shot|long shot|panoram\w+|aerial|vast|distant|"
        r"far away|from afar|bird'?s[- ]eye",
        "全景|远景|大远景|航拍|俯瞰|鸟瞰|广角|辽阔|远处",
    ),
}
PEOPLE: Names = {
    "old woman": (
        r"(?:old|elderly|aged) (?:wom[ae]n|lady|ladies)|grandmothers?|grandma|granny",
        "老妇|老太太|奶奶|外婆|老婆婆|老奶奶",
    ),
    "old man": (
        r"(?:old|elderly|aged) (?:m[ae]n|fisherm[ae]n|sailors?|people|couple)|grandfathers?|grandpa|hermit|wizard",
        "老人|老头|爷爷|外公|老爷爷|老渔夫|老者|老先生",
    ),
    "girl": (r"girls?|daughters?|schoolgirls?|princess", "女孩|小女孩|姑娘|女儿|少女|公主"),
    "boy": (
        r"boys?|sons?|kids?|child(?:ren)?|toddlers?|schoolboys?|students?|bab(?:y|ies)",
        "男孩|孩子|小孩|儿子|少年|儿童|学生|宝宝|婴儿",
    ),
    "astronaut": (r"astronauts?|cosmonauts?|spacem[ae]n", "宇航员|航天员"),
    "dancer": (r"dancers?|balleri\w+", "舞者|芭蕾|舞蹈演员"),
    "knight": (r"knights?|samurai|warriors?|soldiers?|swordsm[ae]n", "骑士|武士|战士|士兵|侠客|剑客|将军"),
    "woman": (
        r"wom[ae]n|lad(?:y|ies)|mothers?|mum|mom|wi(?:fe|ves)|waitress|actress|bride|nurse|queen|sisters?|girlfriend|she",
        "女人|女子|女士|妇女|妈妈|母亲|妻子|新娘|女王|女|她(?!们)",
    ),
    "man": (
        r"m[ae]n|guys?|fathers?|dad|husband|gentlem[ae]n|waiter|actor|groom|kings?|brothers?|boyfriend|detectives?|"
        r"fisherm[ae]n|sailors?|captain|farmers?|chefs?|cooks?|baristas?|doctors?|teachers?|police\w*|workers?|drivers?|"
        r"musicians?|"
        r"guitarists?|pianists?|painters?|artists?|monks?|cowboys?|hikers?|runners?|travell?ers?|strangers?|scientists?|"
        r"reporters?|presenters?|he",
        "男人|男子|男士|先生|爸爸|父亲|丈夫|国王|侦探|渔夫|渔民|水手|船长|农民|厨师|医生|老师|警察|工人|司机|音乐家|画家|"
        "僧人|牛仔|旅人|行人|科学家|记者|主持人|他(?!们)",
    ),
    # Whoever is named as no more than that; where others are named, these are the same ones.
    "people": (
        r"people|persons?|figures?|someone|somebody|silhouettes?|friends|couples?|lovers|players?|riders?|they",
        "人影|朋友|情侣|恋人|夫妇|夫妻|他们|她们|有人|(?<!机器)(?<!诗)人(?!行|群|们)",
    ),
}
CROWD = re.compile(
    r"\b(?:crowds?|crowded|audience|(?<!two )(?<!three )(?<!four )people|everyone|passers-?by|pedestrians)\b"
    r"|人群|观众|人们|众人|大家",
    re.IGNORECASE,
)
# Animals and things whose shapes are in shapes.json, or drawn by things.py.
ANIMALS: Names = {
    "cat": (r"cats?|kittens?|kitty", "猫"),
    "dog": (r"dogs?|pupp(?:y|ies)|corgis?|retrievers?|hounds?|wol(?:f|ves)|fox(?:es)?", "狗|犬|柯基|狼|狐"),
    "horse": (r"horses?|pon(?:y|ies)|stallions?|mares?", "马(?!路)"),
    "cow": (r"cows?|cattle|bulls?|ox(?:en)?", "牛(?!仔)"),
    "elephant": (r"elephants?|mammoths?", "大象|猛犸"),
    "deer": (r"deers?|stags?|fawns?|reindeers?|moose", "鹿"),
    "rabbit": (r"rabbits?|bunn(?:y|ies)|hares?", "兔"),
    "tiger": (r"tigers?|leopards?|panthers?|lions?|lioness(?:es)?", "虎|豹|狮"),
    "sheep": (r"sheep|lambs?|goats?", "羊"),
    "rooster": (r"roosters?|chickens?|hens?", "鸡"),
    "duck": (r"ducks?|ducklings?|swans?|geese|goose", "鸭|天鹅|鹅(?!黄)"),
    "penguin": (r"penguins?", "企鹅"),
    "turtle": (r"turtles?|tortoises?", "龟"),
    "eagle": (r"eagles?|hawks?|falcons?|birds? of prey", "鹰|隼"),
    "birds": (
        r"birds?|seagulls?|gulls?|crows?|ravens?|doves?|pigeons?|swallows?|sparrows?|cranes flying",
        "鸟|海鸥|乌鸦|鸽|燕子|麻雀|鹤",
    ),
    "dolphin": (r"dolphins?", "海豚"),
    "whale": (r"whales?|orcas?", "鲸"),
    "fish": (r"fish(?:es)?|sharks?|goldfish|koi", "(?<!捕)(?<!钓)鱼"),
    "butterfly": (r"butterfl(?:y|ies)|moths?", "蝴蝶|飞蛾"),
    "owl": (r"owls?", "猫头鹰"),
    "dragon": (r"dragons?", "龙"),
}
THINGS: Names = {
    "lighthouse": (r"lighthouses?", "灯塔"),
    "spaceship": (r"spaceships?|spacecraft|starships?|space station", "飞船|太空船|空间站"),
    "rocket": (r"rockets?", "火箭"),
    "saucer": (r"ufos?|flying saucers?", "飞碟"),
    "sailboat": (r"sail(?:ing )?(?:boats?|ships?)|sail|yachts?|boats?|canoe|rowing", "帆船|小船|渔船|船(?!长)|帆"),
    "ship": (r"ships?|steamers?|ferr(?:y|ies)|liners?", "轮船|巨轮|渡轮|军舰"),
    "train": (r"trains?|locomotives?|trams?", "火车|列车|电车|高铁"),
    "car": (r"cars?|taxis?|automobiles?|limousine|convertible", "汽车|轿车|出租车|跑车"),
    "bus": (r"bus(?:es)?", "巴士|公交车|公共汽车"),
    "bicycle": (r"bicycles?|bikes?|cycl\w+", "自行车|单车"),
    "motorcycle": (r"motorcycles?|motorbikes?|scooters?", "摩托"),
    "airplane": (r"air(?:plane|craft)s?|aeroplanes?|planes?|jets?", "飞机"),
    "balloon": (r"(?:hot[- ]air )?balloons?", "气球"),
    "robot": (r"robots?|androids?|droids?|cyborgs?", "机器人"),
    "castle": (r"castles?|palaces?|fortress", "城堡|宫殿"),
    "pagoda": (r"pagodas?|temples?|shrines?", "寺|庙|宝塔|佛塔"),
    "windmill": (r"windmills?", "风车"),
    "house": (r"houses?|cottages?|cabins?|huts?|barns?|farmhouses?|home", "房子|木屋|小屋|农舍|屋子|茅屋"),
    "church": (r"church(?:es)?|chapels?|cathedrals?", "教堂"),
    "tent": (r"tents?|camp(?:s|ing)?", "帐篷|露营"),
    "fire": (r"(?:camp|bon)?fires?|flames?", "篝火|火堆|火焰"),
    "tree": (r"(?:lone |single |old |oak |cherry |maple |willow )?tree|oak|cherry blossoms?", "树|樱花|柳|枫"),
    "moon": (r"moon|moonlight|moonlit", "月"),
    "aurora": (r"northern lights|aurora", "极光"),
    "fireworks": (r"fireworks?", "烟花|烟火"),
    "mars": (r"mars|martian", "火星"),
    "planet": (r"planets?|saturn|jupiter|earth from", "行星|星球|土星|地球"),
    "bench": (r"bench(?:es)?", "长椅|长凳"),
    "table": (r"tables?|desks?|counters?|breakfast|dinner|lunch|chess", "桌|吧台|柜台|早餐|晚餐|下棋|棋"),
    "cup": (r"cups?|mugs?|coffee|tea|teapots?|glass of", "咖啡|茶|杯"),
    "candle": (r"candles?|candle-?lit", "蜡烛|烛"),
    "lamp": (r"lamps?|lantern|light bulb", "台灯|灯光|油灯"),
    "bed": (r"beds?|bedrooms?", "床|卧室"),
    "sofa": (r"sofas?|couch(?:es)?|armchairs?", "沙发"),
    "piano": (r"pianos?|pianists?", "钢琴"),
    "guitar": (r"guitars?|guitarists?", "吉他"),
    "umbrella": (r"umbrellas?|parasols?", "伞"),
    "yarn": (r"yarn|wool|balls?", "毛线|球"),
    "windowsill": (r"window ?sills?|window ledge|at (?:the|a|her|his) window", "窗台|窗边|窗前"),
    "streetlamp": (r"street ?lamps?|street ?lights?|lamp-?posts?", "路灯"),
    "lanterns": (r"lanterns", "灯笼"),
    "chess": (r"chess|checkers", "棋"),
    "flowers": (r"flowers?|sunflowers?|roses?|tulips?|blossoms?", "花(?!园)"),
}
ACTIONS: Names = {
    "run": (r"runs?|running|chas(?:es?|ing)|sprint\w*|jog\w*|flee\w*", "跑|追|奔"),
    "walk": (
        r"walk(?:s|ing)?|stroll\w*|wander\w*|step(?:s|ping)|hik(?:es?|ing)|march\w*|cross(?:es|ing)",
        "走|漫步|散步|徒步|穿过",
    ),
    "sit": (
        r"sit(?:s|ting)?|seated|sat|at (?:a|the|his|her|their) (?:\w+ )?(?:table|desk|piano|bench)|eating|eats|reads?|"
        r"reading|writes?|writing|plays? (?:chess|the piano)|pianists?|fishing|"
        r"on (?:a|the) (?:\w+ )?(?:bench|chair|sofa|couch|stool)",
        "坐|吃|读|看书|写|下棋|钓鱼|弹钢琴",
    ),
    "dance": (r"danc\w+|twirl\w*|spin(?:s|ning)|leap\w*|jump\w*", "舞|跳|旋转"),
    "wave": (
        r"wav(?:es|ing) (?:at|to|her|his|good)|greets?|rais(?:es|ing) (?:a|his|her|one) (?:hand|arm)|points?",
        "挥手|招手|举手|指向",
    ),
    "lie": (r"l(?:ie|ies|ying)|asleep|sleep\w*|curl\w*|rest(?:s|ing)", "躺|睡|趴|蜷"),
    "fly": (r"fl(?:y|ies|ying)|soar\w*|glid\w+|hover\w*", "飞|翱翔|盘旋"),
}
SIDES: Names = {
    "left": (
        r"on the left|at left|left (?:side|third|of frame|of the frame)|to the left|screen left",
        "左边|左侧|左方|画面左",
    ),
    "right": (
        r"on the right|at right|right (?:side|third|of frame|of the frame)|to the right|screen right",
        "右边|右侧|右方|画面右",
    ),
    "centre": (r"in the (?:centre|center|middle)|cent(?:re|er)ed|at the cent(?:re|er)", "中央|中间|正中|居中"),
}
NUMBERS: Names = {
    "2": (
        r"two|both|pair of|couples?|a couple of|lovers|friends|twins?|each other|they|husband and wife",
        "两|二|俩|一对|双|情侣|夫妻|夫妇|恋人|朋友|他们|她们",
    ),
    "3": (r"three|trio|several|group of|some|family", "三|几个|几位|一家"),
    "4": (
        r"four|five|six|many|flock of|herd of|team of|dozens of|children|kids",
        "四|五|六|许多|一群|很多|成群|孩子们",
    ),
}
COLOURS: dict[str, tuple[str, str, str]] = {
    "red": (r"red|crimson|scarlet", "红", "#c8372d"),
    "orange": (r"orange|ginger|amber", "橙|橘", "#e08a3c"),
    "yellow": (r"yellow|golden|blonde?", "黄(?!昏)|金色", "#e5b93c"),
    "green": (r"green|emerald", "绿", "#4f8a56"),
    "blue": (r"blue|navy|azure", "蓝", "#3f74b5"),
    "purple": (r"purple|violet|lilac", "紫", "#7c5a9e"),
    "pink": (r"pink|rose-colou?red", "粉", "#e08aa4"),
    "white": (r"white|ivory|pale", "白(?!天)", "#e8e4dc"),
    "black": (r"black|ebony", "黑", "#24242c"),
    "grey": (r"gr[ea]y|silver", "灰|银", "#8a8f98"),
    "brown": (r"brown|tan|chestnut", "棕|褐", "#7d5638"),
}
MONOCHROME = re.compile(r"\b(?:black[- ]and[- ]white|monochrome|noir)\b|黑白", re.IGNORECASE)


def pattern(english: str, chinese: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b|(?:{chinese})", re.IGNORECASE)


def compiled(names: Names) -> dict[str, re.Pattern[str]]:
    return {name: pattern(*words) for name, words in names.items()}

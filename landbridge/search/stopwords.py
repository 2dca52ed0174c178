"""Words that carry no meaning of their own, folded as the analyser folds them."""

import re
from typing import Final

_EN = """a an the and or but if of to in on at by for from with without into onto over under between among through
as is are was were be been being am do does did has have had having will would can could should may might must shall
this that these those it its they them their there here he she his her we us our you your i me my who whom whose
which what when where why how not no nor so than then too very also such any some each every all both more most other
another only own same just about above below up down out off again further once per via etc within during until while
because like s t re ll ve don"""
_ES = """el la los las un una unos unas lo al del de y e o u ni que quien quienes cual cuales cuyo cuya como cuando donde
por para con sin sobre entre hasta desde hacia ante bajo tras segun durante mediante en a se su sus si no mas muy tan
tanto ya es son era eran fue fueron ser sido sea sean esta estan este estos estas ese esa esos esas aquel aquella
aquello esto eso ha han hay habia he hemos tener tiene tienen yo tu el ella ellos ellas nos nosotros nosotras les le
me te mi mis nuestro nuestra nuestros nuestras otro otra otros otras todo toda todos todas cada algun alguna algunos
algunas tambien pero porque pues asi aunque entonces cuando tenia tenian teniamos tenias tenemos tenido teniendo
teneis tenes tenerlo haber habian habido habeis habiendo soy somos eres sera seran seria serian serlo podia podian
podria podrian podrias podra podran podras podremos podriamos podemos podido podes debe deben debemos deberia deberian
debia debio debera deberan deba solo contra tal tales van vas voy vamos menos nada vez veces hace hacer hacen haciendo
hizo pesar incluso fuera fueran cuanto cuanta cuantos cuyos cuyas salvo"""
_FR = """le la les un une des du de d l et ou ni mais donc or car que qui quoi dont ou quel quelle quels quelles ce cet
cette ces cela ceci ca c se s sa son ses leur leurs mon ma mes ton ta tes notre nos votre vos je tu il elle on nous
vous ils elles me te lui y en a au aux avec sans sous sur dans par pour entre vers chez depuis pendant avant apres
contre ne pas plus moins tres si comme est sont etait etaient etre ete sera seront soit ai as avons avez ont avait
avaient eu fait faire peut peuvent tout toute tous toutes autre autres meme memes chaque quelque quelques aussi ainsi
alors afin lors n qu jusqu lorsqu comment pourquoi combien lorsque puisque selon ici celui celle ceux celles lequel
laquelle lesquels lesquelles aucun aucune plusieurs tandis pourrait pourra pourraient pourrais pourrez pourras
pourriez pourrai pourront puisse puissent peux pouvait pouvaient serait serais serai serez seras seraient soyez soyons
suis etes etant faut faudra faudrait fallait doit doivent dois devait devais devaient devrait devraient font fais
faites faite fera ferait ferai ferais feront faisait faisaient faisant avais avions aura aurait auront auraient ayant
vais vont maintenant puis ensuite enfin voila voici via tant tel tels telle telles parce guere dela certains certaines
respectivement"""
_RU = """и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня
еще нет о об из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь вам ведь там потом себя ничего
ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто
этот того потому этого какой совсем ним здесь этом один почти мой тем чтобы нее были куда зачем всех можно при об хоть
после над больше тот через эти нас про всего них какая много разве эту моя свою этой перед чем том такой им более
всегда конечно всю между это эта также а является являются который которая которые которое которых которой котором
свои своих лишь именно поэтому среди менее пусть пускай ради зато столь обо ими кое данный данная данное данной данном
данного данную любой любая любое любые любого любом любую любых любому весь должен должна должно должны могу мог могла
могут смог смогу вправе около пор пора порой впоследствии обоих обеих якобы наряду путем вследствие"""
_AR = """في من علي الي الى على عن مع هذا هذه ذلك تلك هؤلاء التي الذي الذين اللذين اللاتي ما ماذا من متي اين كيف لماذا هل لا لم لن
ليس ليست كان كانت يكون تكون كل بعض اي او ام و ف ثم حتي اذا ان انه انها انهم لان لكن بل قد سوف بين خلال بعد قبل عند عندما
حيث كما مثل غير سوي هو هي هم هن نحن انا انت انتم له لها لهم به بها بهم فيه فيها فيهم منه منها عليه عليها اليه اليها لدي
لدينا عليهم ايضا جدا ذات ذو تم يتم وذلك وهي وهو فان"""

STOPWORDS: Final = {
    "en": frozenset(_EN.split()),
    "es": frozenset(_ES.split()),
    "fr": frozenset(_FR.split()),
    "ru": frozenset(_RU.split()),
    "ar": frozenset(_AR.split()),
    "zh": frozenset(),
}

_ZH = """我们 你们 他们 它们 我 你 他 她 它 请 想要 希望 需要 如何 怎么 怎样 什么 哪里 哪些 为什么 有没有 能不能 是否 可以 能够 没有 不能 因为
所以 但是 而且 以及 并且 或者 如果 虽然 由于 关于 对于 为了 通过 其中 已经 正在 非常 一些 这些 那些 这个 那个 这里 那里 的 了 和 与 及 并 或 在 从
到 对 为 把 被 让 给 向 用 以 于 之 也 都 就 还 又 再 很 更 最 太 吗 呢 吧 啊 是 有 要 想 会 能 不 没 这 那 谁 个 些 等"""
LITTLE_WORDS: Final = re.compile("|".join(sorted(_ZH.split(), key=len, reverse=True)))
"""Words that hang a Chinese sentence together; what stands between them and the known terms may be a word."""

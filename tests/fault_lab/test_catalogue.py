"""What seeds stand for: what they stood for when they were first given out, whatever was added since."""

import textwrap

import pytest

from ecslab.fault_lab import cases
from ecslab.fault_lab.catalogue import BARE, CATALOGUE, SEEDED, Catalogue, NoSuchFault, load
from ecslab.fault_lab.engine.arrangement import names_of

KINDS = {
    "a": "wrong-tag", "b": "other-processor", "c": "no-execution-role",
    "d": "secret-denied", "e": "no-log-group", "f": "out-of-memory",
    "g": "command-exits", "h": "sidecar-exits", "i": "no-way-out",
    "j": "no-public-ip", "k": "closed-group", "l": "subnet-full",
    "m": "wrong-path", "n": "short-grace", "o": "wrong-port",
    "p": "desired-0", "q": "no-breaker", "r": "task-role",
}  # fmt: skip
KIND_OF_SEED = (  # 0 to 999
    "pachrbliigbcqkjedonoelgemphnhhkecplqaifoecgcelaehqclknkllbephjoeiormhqccbnjqfphnneglkmmgoipgfniigmbe"
    "fnpgkhnpeejliqgeormirpmlpdqrbqihokcnkibebffbfdpcbffoibialboleolrlcadhmblqrjcaclmeraoifmronqnqigapihp"
    "onciacgcnqpibllcbklpaajojkrrradohgjmdinqpjckfmirpnrmfceojqrjkdfnrpnngdjblnihdkemhjnfhodpmqndmnkdabcn"
    "kbbojqfgdjopciejdnihkhjkieifgcnfjobgjhqaeprndgoirhmalmhfqjnoclhjahfqckljgqribirrjabbkddlmibcjqkccenl"
    "iapnamoeljapfdjkbfilmekfblqproiclgejpcdoagcoarbgjqqbcklkalekmfkhomoirghghknjibhjoopagrclergmbhqkdrhb"
    "acelrofcabffqpfqddpbiamqnjpqlrmgcnomgocrkbcjnppmajrbiccecfqnfljpofhmmgirngdlcaepidkihbkrcfrfoplppfoi"
    "afliijjokggorfrakppbrimhhinamdimhfdkrobajlimogdceqcfbqgbhpcnblcaocqnqepprkgqoarikhijqqjlgkpjlfqhfiig"
    "aaqqjrgdprhnajiakrngnbeabernrflionkjpggdaibcakpabbkdfhbipjpdjfhkqhpprpdrlmckrdmgcrdbilefefrapqcfcbmb"
    "lidcnorebdpqbipidoordaojbilrmjchlfnkfnoohblbmregnqlpcliierlacllrggfpemgplbcqocaemgaffjrrpljffoirjdal"
    "aopqbfmpraqnjdomabcmolgchrkklokqmlnnhpjqfqfbbckmfnrnificlolnirkopriodklijfrdikkjkbhqphhmpojengbcrern"
)
APP_OF_SEED = (  # the first letter of whose application it is
    "ftoolftltfblfofmbmtomlblomofotblbfotoftbfollmomobbftlbmbmootomtolobttbooboofolbmtlttoombbolotlfmmolf"
    "otbltfomlloobobmblmtltffbmtfofllfflfmbtfltmmtlfftoolflomoltffmfbffbflooomlbloffmfffltfmmffotomfbotlb"
    "fflmboflfbfltomolmblmtoffbfommflmttbbfbmoomltftobmtbmltfmbllbtmtofmllbmlmmfbotmbffttmmmtoombttltbtlf"
    "omtmlttbbtftflbltobbbltotltbfmtoffolftofmbofffflmmmttlbbobtobfomoftlblmmmotlbfottobbbbobfflfftotttlo"
    "blbflobmfotofoftbfbbmfotolboloboffolftmoomolooltoftotmftfttflltbomfflfllfmlttftmobtofotbombttmlfftmb"
    "ofmfmlomlolmtbltomotbltlbbollmoblfttblmoolbttmomflofbttbtmlftbbfftflololmmlotmfmloftmmbttmlbloottfmb"
    "ftfobtfbfbtollfmmmbtlblffbttmobmftfblbtobfllllfblbbbttmbflbmlftotoblltfmtoomoommllobfltmbmffllbfbofm"
    "fotbbbfmlfomofbtotolmmlffbotlobobootltfftolommtfmtmbbtttmoftombobmolfoobbllmotlftombofbfmtbmmbmtmfol"
    "mftomfltmlolofftmombbofofolfmtltlmfottbmloloftbffbtfbmffftlmttmlobbmmoomltffmmmfbmbmolmbbtlfmlmoftto"
    "lmmolmtfllombttbfmtoolbmbbboffbmtblmmflmlmfflffmfmmbmltoftlttlflltmttmbotlboofbmoobobfffllltofmbfobt"
)


def kinds(catalogue, seeds=range(1000)):
    return [catalogue.drawn(seed).kind for seed in seeds]


def test_a_bare_seed_stands_for_what_it_always_did(lab):
    assert kinds(CATALOGUE) == [KINDS[letter] for letter in KIND_OF_SEED]
    assert "".join(names_of(lab, seed).app[0] for seed in range(1000)) == APP_OF_SEED
    assert set(kinds(CATALOGUE)) == set(SEEDED)


def test_every_kind_has_seeds_of_its_own():
    seeds = {CATALOGUE.seed_for(kind, variant): kind for kind in CATALOGUE.kinds for variant in range(20)}
    assert len(seeds) == 20 * len(CATALOGUE.kinds)
    assert {seed: CATALOGUE.drawn(seed).kind for seed in seeds} == seeds


def test_the_first_variant_is_the_smallest_seed():
    assert [CATALOGUE.seed_for("desired-0", variant) for variant in range(3)] == [
        seed for seed, letter in enumerate(KIND_OF_SEED) if KINDS[letter] == "desired-0"
    ][:3]


def test_without_a_seed_it_is_one_that_was_not_had():
    had = [CATALOGUE.seed_for(kind) for kind in CATALOGUE.kinds[:-1]]
    assert CATALOGUE.drawn(CATALOGUE.fresh_seed(had)).kind == CATALOGUE.kinds[-1]
    fresh = CATALOGUE.fresh_seed([*had, CATALOGUE.seed_for(CATALOGUE.kinds[-1])])
    assert CATALOGUE.drawn(fresh).kind in CATALOGUE.kinds


# A fault that is added -------------------------------------------------------------------------------------


@pytest.fixture
def larger(tmp_path, monkeypatch):
    """The catalogue with one more fault: two files in a folder of their own."""
    (tmp_path / "en").mkdir()
    module = """
        from ecslab.fault_lab.engine import goals
        from ecslab.fault_lab.engine.case import Case


        def repair(lab, fault):
            fault.deploy(desiredCount=1)


        CASE = Case(__file__, arrange=lambda builder: None, goal=goals.page, repair=repair, wrong=())
    """
    (tmp_path / "lost_in_the_mail.py").write_text(textwrap.dedent(module))
    text = """
        cause = "Nobody sent it."
        story = "The {app} waits."
        answer = "send it."
        hints = ["Who sent it?"]
        tempting = {}
        wrong = {}
    """
    (tmp_path / "en" / "lost_in_the_mail.toml").write_text(textwrap.dedent(text))
    monkeypatch.setattr(cases, "__path__", [*cases.__path__, str(tmp_path)])
    return Catalogue(load())


def test_a_fault_is_a_module_and_a_text(larger, lab):
    case = larger["lost-in-the-mail"]
    assert case.texts.cause == "Nobody sent it."
    assert case.story(names_of(lab, 1)) == f"The {names_of(lab, 1).app} waits."
    assert case.code() == "fault.deploy(desiredCount=1)"


def test_one_more_fault_changes_no_seed(larger):
    assert kinds(larger) == kinds(CATALOGUE)
    beyond = [BARE - 1, BARE * 10, 20270101]
    assert kinds(larger, beyond) == kinds(CATALOGUE, beyond)
    seed = larger.seed_for("lost-in-the-mail", 3)
    assert larger.drawn(seed) is larger["lost-in-the-mail"]
    with pytest.raises(NoSuchFault):
        CATALOGUE.drawn(seed)


def test_one_more_fault_is_had_in_its_turn(larger):
    had = [larger.seed_for(kind) for kind in SEEDED]
    others = [larger.seed_for(kind) for kind in larger.kinds if kind not in (*SEEDED, "lost-in-the-mail")]
    assert larger.drawn(larger.fresh_seed(had + others)).kind == "lost-in-the-mail"


def test_a_seed_of_a_fault_that_is_no_more_does_no_harm():
    gone = next(seed for seed in range(BARE, BARE * 2, 1000) if not CATALOGUE.knows(seed))
    assert CATALOGUE.knows(CATALOGUE.fresh_seed([gone]))

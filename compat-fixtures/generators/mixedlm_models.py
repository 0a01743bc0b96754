"""The table of models that mixedlm_cases.py fits: each is fitted by REML and by ML.

`groups=None` puts all rows in one group (statsmodels' way to write crossed components). `lme4` is the same model
in lme4's formula language; its log-likelihood is the second opinion on the optimum.
"""


def model(name, data, formula, groups, lme4, re=None, vc=None, missing="none"):
    return {
        "name": name,
        "data": data,
        "formula": formula,
        "groups": groups,
        "re_formula": re,
        "vc_formula": vc,
        "missing": missing,
        "lme4": lme4,
    }


def _lme(i, fixed, effects):
    x = " + ".join(f"exog_fe_{j}" for j in range(fixed))
    z = " + ".join(f"exog_re_{j}" for j in range(effects))
    return model(f"lme{i:02}", f"lme{i:02}", f"endog ~ 0 + {x}", "groups", f"endog ~ 0 + {x} + (0 + {z} | groups)", re=f"0 + {z}")


SEASON = "np.sin(2*np.pi*Time) + np.cos(2*np.pi*Time)"
SEASON_R = "sin(2*pi*Time) + cos(2*pi*Time)"

MODELS = [
    # dietox: unbalanced growth curves
    model("dietox-intercept", "dietox", "Weight ~ Time", "Pig", "Weight ~ Time + (1 | Pig)"),
    model("dietox-slope", "dietox", "Weight ~ Time", "Pig", "Weight ~ Time + (Time | Pig)", re="~Time"),
    model("dietox-slope-only", "dietox", "Weight ~ Time", "Pig", "Weight ~ Time + (0 + Time | Pig)", re="0 + Time"),
    model("dietox-treatment", "dietox", "Weight ~ Time * Cu + Evit", "Pig", "Weight ~ Time * Cu + Evit + (Time | Pig)", re="~Time"),
    model("dietox-missing", "dietox", "Weight ~ Time + Feed", "Pig", "Weight ~ Time + Feed + (1 | Pig)", missing="drop"),
    model("dietox-litter", "dietox", "Weight ~ Time", "Litter", "Weight ~ Time + (1 | Litter/Pig)", re="1", vc={"pig": "0 + C(Pig)"}),
    # sleepstudy
    model("sleepstudy-intercept", "sleepstudy", "Reaction ~ Days", "Subject", "Reaction ~ Days + (1 | Subject)"),
    model("sleepstudy-slope", "sleepstudy", "Reaction ~ Days", "Subject", "Reaction ~ Days + (Days | Subject)", re="~Days"),
    model("sleepstudy-independent", "sleepstudy", "Reaction ~ Days", "Subject", "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)", re="1", vc={"days": "0 + Days"}),
    model("sleepstudy-quadratic", "sleepstudy", "Reaction ~ Days + I(Days**2)", "Subject", "Reaction ~ Days + I(Days^2) + (Days | Subject)", re="~Days"),
    model("sleepstudy-log", "sleepstudy", "np.log(Reaction) ~ Days", "Subject", "log(Reaction) ~ Days + (1 | Subject)"),
    # nested and crossed classics
    model("pastes-nested", "Pastes", "strength ~ 1", "batch", "strength ~ 1 + (1 | batch/cask)", re="1", vc={"cask": "0 + C(cask)"}),
    model("pastes-components", "Pastes", "strength ~ 1", None, "strength ~ 1 + (1 | batch) + (1 | sample)", vc={"batch": "0 + C(batch)", "sample": "0 + C(sample)"}),
    model("penicillin-crossed", "Penicillin", "diameter ~ 1", None, "diameter ~ 1 + (1 | plate) + (1 | sample)", vc={"plate": "0 + C(plate)", "sample": "0 + C(sample)"}),
    model("dyestuff", "Dyestuff", "Yield ~ 1", "Batch", "Yield ~ 1 + (1 | Batch)"),
    model("dyestuff2-singular", "Dyestuff2", "Yield ~ 1", "Batch", "Yield ~ 1 + (1 | Batch)"),
    model("oats-splitplot", "Oats", "Q('yield') ~ nitro * Variety", "Block", "yield ~ nitro * Variety + (1 | Block/Variety)", re="1", vc={"Variety": "0 + C(Variety)"}),
    model("machines-components", "Machines", "score ~ Machine", "Worker", "score ~ Machine + (1 | Worker/Machine)", re="1", vc={"Machine": "0 + C(Machine)"}),
    model("machines-full", "Machines", "score ~ Machine", "Worker", "score ~ Machine + (0 + Machine | Worker)", re="0 + C(Machine)"),
    model("cake-splitplot", "cake", "angle ~ C(recipe) * C(temperature)", "replicate", "angle ~ factor(recipe) * factor(temperature) + (1 | replicate/recipe)", re="1", vc={"recipe": "0 + C(recipe)"}),
    model("assay-crossed", "Assay", "logDens ~ C(sample) * C(dilut)", "Block", "logDens ~ sample * factor(dilut) + (1 | Block) + (1 | Block:sample) + (1 | Block:dilut)", re="1", vc={"sample": "0 + C(sample)", "dilut": "0 + C(dilut)"}),
    # "None" is a missing marker for pandas, so a third of the rows is dropped
    model("alfalfa-splitplot", "Alfalfa", "Yield ~ Date * Variety", "Block", "Yield ~ Date * Variety + (1 | Block/Variety)", re="1", vc={"variety": "0 + C(Variety)"}, missing="drop"),
    model("beets-wholeplot", "beets", "sugpct ~ block + sow + harvest", None, "sugpct ~ block + sow + harvest + (1 | block:harvest)", vc={"plot": "0 + C(block):C(harvest)"}),
    model("oxide-wafers", "Oxide", "Thickness ~ C(Source)", "Lot", "Thickness ~ factor(Source) + (1 | Lot/Wafer)", re="1", vc={"wafer": "0 + C(Wafer)"}),
    # growth curves
    model("orthodont-slope", "Orthodont", "distance ~ age", "Subject", "distance ~ age + (age | Subject)", re="~age"),
    model("orthodont-sex", "Orthodont", "distance ~ age * Sex", "Subject", "distance ~ age * Sex + (age | Subject)", re="~age"),
    model("orthodont-centred", "Orthodont", "distance ~ center(age) * Sex", "Subject", "distance ~ scale(age, scale = FALSE) * Sex + (1 | Subject)"),
    model("bodyweight-slope", "BodyWeight", "weight ~ Time * C(Diet)", "Rat", "weight ~ Time * factor(Diet) + (Time | Rat)", re="~Time"),
    model("milk-slope", "Milk", "protein ~ Diet + Time", "Cow", "protein ~ Diet + Time + (Time | Cow)", re="~Time"),
    model("oxboys-slope", "Oxboys", "height ~ age + I(age**2)", "Subject", "height ~ age + I(age^2) + (age | Subject)", re="~age"),
    model("oxboys-quadratic", "Oxboys", "height ~ age + I(age**2)", "Subject", "height ~ age + I(age^2) + (age + I(age^2) | Subject)", re="~age + I(age**2)"),
    model("igf-slope", "IGF", "conc ~ age", "Lot", "conc ~ age + (age | Lot)", re="~age"),
    model("ovary-season", "Ovary", f"follicles ~ {SEASON}", "Mare", f"follicles ~ {SEASON_R} + (1 | Mare)"),
    model("pixel-sides", "Pixel", "pixel ~ day + I(day**2)", "Dog", "pixel ~ day + I(day^2) + (day | Dog) + (1 | Dog:Side)", re="~day", vc={"side": "0 + C(Side)"}),
    model("spruce-trees", "Spruce", "logSize ~ days", "plot", "logSize ~ days + (1 | plot/Tree)", re="1", vc={"tree": "0 + C(Tree)"}),
    model("sitka-slope", "Sitka", "size ~ Time * treat", "tree", "size ~ Time * treat + (Time | tree)", re="~Time"),
    model("chickweight-slope", "ChickWeight", "weight ~ Time * C(Diet)", "Chick", "weight ~ Time * factor(Diet) + (Time | Chick)", re="~Time"),
    model("orange-slope", "Orange", "circumference ~ age", "Tree", "circumference ~ age + (0 + age | Tree)", re="0 + age"),
    model("loblolly", "Loblolly", "height ~ age + I(age**2)", "Seed", "height ~ age + I(age^2) + (1 | Seed)"),
    model("early-slope", "Early", "cog ~ age * trt", "id", "cog ~ age * trt + (age | id)", re="~age"),
    model("blackmore-slope", "Blackmore", "np.log1p(exercise) ~ age * group", "subject", "log1p(exercise) ~ age * group + (age | subject)", re="~age"),
    model("glucose-missing", "Glucose", "conc ~ Meal * Time", "Subject", "conc ~ Meal * Time + (1 | Subject)", missing="drop"),
    model("dialyzer", "Dialyzer", "rate ~ pressure * C(QB) + I(pressure**2)", "Subject", "rate ~ pressure * factor(QB) + I(pressure^2) + (pressure | Subject)", re="~pressure"),
    model("cefamandole", "Cefamandole", "np.log(conc) ~ Time + I(Time**2)", "Subject", "log(conc) ~ Time + I(Time^2) + (1 | Subject)"),
    # designs with one random intercept
    model("rail", "Rail", "travel ~ 1", "Rail", "travel ~ 1 + (1 | Rail)"),
    model("ergostool", "ergoStool", "effort ~ Type", "Subject", "effort ~ Type + (1 | Subject)"),
    model("gun", "Gun", "rounds ~ Method * Physique", "Team", "rounds ~ Method * Physique + (1 | Team)"),
    model("ratpup", "RatPupWeight", "weight ~ Treatment * sex + Lsize", "Litter", "weight ~ Treatment * sex + Lsize + (1 | Litter)"),
    model("wheat2", "Wheat2", "Q('yield') ~ variety + latitude", "Block", "yield ~ variety + latitude + (1 | Block)"),
    model("tetracycline", "Tetracycline1", "conc ~ C(Formulation) + Time", "Subject", "conc ~ Formulation + Time + (1 | Subject)"),
    model("petrol", "petrol", "Y ~ SG + VP + V10 + EP", "No", "Y ~ SG + VP + V10 + EP + (1 | No)"),
    model("npk", "npk", "Q('yield') ~ C(N) * C(P) + C(K)", "block", "yield ~ factor(N) * factor(P) + factor(K) + (1 | block)"),
    model("immer", "immer", "Y1 ~ C(Var)", "Loc", "Y1 ~ Var + (1 | Loc)"),
    model("nlschools", "nlschools", "lang ~ IQ * SES + C(COMB)", "class", "lang ~ IQ * SES + factor(COMB) + (1 | class)"),
    model("exam-slope", "Exam", "normexam ~ standLRT + sex + schgend", "school", "normexam ~ standLRT + sex + schgend + (standLRT | school)", re="~standLRT"),
    model("hsb82-slope", "Hsb82", "mAch ~ ses * sector", "school", "mAch ~ ses * sector + (ses | school)", re="~ses"),
    model("gcsemv-missing", "Gcsemv", "course ~ written + gender", "school", "course ~ written + gender + (1 | school)", missing="drop"),
    model("carrots-missing", "carrots", "Preference ~ sens1 + sens2 + C(Homesize)", "Consumer", "Preference ~ sens1 + sens2 + factor(Homesize) + (sens2 | Consumer)", re="~sens2", missing="drop"),
    model("ham-products", "ham", "Q('Informed.liking') ~ C(Product) * C(Information)", "Consumer", "Informed.liking ~ factor(Product) * factor(Information) + (1 | Consumer/Product)", re="1", vc={"product": "0 + C(Product)"}),
    model("btheb-missing", "BtheB", "bdi ~ pre + month + treatment + drug + length", "subject", "bdi ~ pre + month + treatment + drug + length + (1 | subject)", missing="drop"),
    # contrasts and transforms: no lme4 formula, since the restricted likelihood depends on the coding
    model("ergostool-sum", "ergoStool", "effort ~ C(Type, Sum)", "Subject", None),
    model("ergostool-helmert", "ergoStool", "effort ~ C(Type, Helmert)", "Subject", None),
    model("ergostool-diff", "ergoStool", "effort ~ C(Type, Diff)", "Subject", None),
    model("ergostool-poly", "ergoStool", "effort ~ C(Type, Poly)", "Subject", None),
    model("ergostool-reference", "ergoStool", "effort ~ C(Type, Treatment('T3'))", "Subject", None),
    model("machines-levels", "Machines", "score ~ C(Machine, levels=['C', 'A', 'B'])", "Worker", None),
    model("machines-no-intercept", "Machines", "score ~ 0 + Machine", "Worker", None, re="1", vc={"m": "0 + C(Machine)"}),
    model("orthodont-standardized", "Orthodont", "distance ~ standardize(age) * Sex", "Subject", None, re="~center(age)"),
    model("orthodont-power", "Orthodont", "distance ~ (age + Sex)**2 - Sex", "Subject", None),
    model("sleepstudy-bs", "sleepstudy", "Reaction ~ bs(Days, df=4)", "Subject", None, re="~Days"),
    model("sleepstudy-cr", "sleepstudy", "Reaction ~ cr(Days, df=3, constraints='center')", "Subject", None),
    model("sleepstudy-cc", "sleepstudy", "Reaction ~ cc(Days, df=3, constraints='center')", "Subject", None),
    model("dialyzer-te", "Dialyzer", "rate ~ te(cr(pressure, df=3), cr(index, df=3), constraints='center')", "Subject", None),
    model("sitka-within", "Sitka", "size ~ treat / Time", "tree", None),
    model("sitka-where", "Sitka", "size ~ np.where(Time > 200, Time - 200, 0) + Time", "tree", None),
    model("hsb82-nested", "Hsb82", "mAch ~ sector / ses", "school", None),
    # simulated shapes
    model("sim-nested", "sim_nested", "score ~ age + sex", "school", "score ~ age + sex + (1 | school/room)", re="1", vc={"room": "0 + C(room)"}),
    model("sim-crossed", "sim_crossed", "rt ~ condition", None, "rt ~ condition + (1 | subject) + (1 | item) + (0 + condition | subject)", vc={"subject": "0 + C(subject)", "item": "0 + C(item)", "slope": "0 + C(subject):condition"}),
    model("sim-partial", "sim_partial", "rating ~ mood", None, "rating ~ mood + (1 | user) + (1 | film)", vc={"user": "0 + C(user)", "film": "0 + C(film)"}),
    model("sim-slopes", "sim_slopes", "y ~ x + z", "g", "y ~ x + z + (x + z | g)", re="~x + z"),
    model("sim-diagonal", "sim_diagonal", "y ~ x + dose", "g", "y ~ x + dose + (1 | g) + (0 + x | g)", vc={"intercept": "1", "slope": "0 + x"}),
    model("sim-singular", "sim_singular", "y ~ x", "g", "y ~ x + (x | g)", re="~x"),
    model("sim-chain", "sim_chain", "y ~ x", "region", "y ~ x + (x | region) + (1 | region:town) + (1 | region:town:street)", re="~x", vc={"town": "0 + C(town)", "street": "0 + C(town):C(street)"}),
    model("sim-missing", "sim_missing", "y ~ x + kind", "g", "y ~ x + kind + (1 | g)", missing="drop"),
    # statsmodels' own comparison with R
    *[_lme(i, fixed, effects) for i, (fixed, effects) in enumerate([(1, 1), (1, 1), (2, 1), (2, 1), (3, 1), (3, 1)])],
    *[_lme(i, fixed, effects) for i, (fixed, effects) in enumerate([(1, 2), (1, 2), (2, 2), (2, 2), (3, 2), (3, 2)], start=6)],
]

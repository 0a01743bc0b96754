# Tests of fixed effects by lmerTest, pbkrtest, emmeans and car: writes inference/<name>.json.
#
#   Rscript generators/inference_cases.R [OUTPUT_DIR [NAME ...]]
#
# lme4's optimisers find θ to six digits or so. Newton's method polishes it here, and all other packages are asked at that
# point; entries of θ on their bound stay there.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "lme4_second_opinion.R"))
source(file.path(here, "patsy_names.R"))
suppressMessages({library(lmerTest); library(pbkrtest); library(emmeans); library(car)})
emm_options(pbkrtest.limit = 1e5, lmerTest.limit = 1e5, msg.interaction = FALSE, msg.nesting = FALSE)
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "inference")
dir.create(output, showWarnings = FALSE)
only <- arguments[-1]

# large: too many rows for pbkrtest, which inverts a matrix of them
# factors: numeric columns that are factors, C(column) here; drop: rows left out, counted from 1; means: what emmeans is asked
case <- function(name, data, formula, r = formula, factors = character(), drop = integer(), reml = TRUE, large = FALSE,
                 means = list())
  list(name = name, data = data, formula = formula, r = r, factors = factors, drop = drop, reml = reml, large = large, means = means)
mean_of <- function(of, by = NULL, at = NULL, weights = "equal", adjust = "tukey", method = "pairwise", trend = NULL)
  list(of = of, by = by, at = at, weights = weights, adjust = adjust, method = method, trend = trend)
all_adjustments <- c("none", "tukey", "holm", "hochberg", "hommel", "sidak", "scheffe", "bonferroni", "dunnettx", "fdr", "BY")
ham_drop <- Filter(function(i) !((i * i) %% 11 != 3 && i %% 17 != 5), seq_len(648))
cases <- list(
  case("sleep", "sleepstudy", "Reaction ~ Days + (Days | Subject)",
       drop = c(1:3, 15, 22:25, 47, 60:66, 120, 133:138)),
  case("sleep-ml", "sleepstudy", "Reaction ~ Days + (Days | Subject)", reml = FALSE,
       drop = c(1:3, 15, 22:25, 47, 60:66, 120, 133:138)),
  case("sleep-independent", "sleepstudy", "Reaction ~ Days + I(Days**2) + (Days || Subject)",
       "Reaction ~ Days + I(Days^2) + (Days || Subject)", drop = c(5, 7, 31:36, 99)),
  case("machines", "Machines", "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)",
       drop = c(2, 3, 6, 8, 9, 12, 19, 20, 27, 33),
       means = list(mean_of("Machine", adjust = all_adjustments), mean_of("Machine", method = "trt.vs.ctrl", adjust = "dunnettx"))),
  case("ham", "ham", "Q('Informed.liking') ~ C(Product) * C(Information) + (1 | Consumer) + (1 | Consumer:Product)",
       "Informed.liking ~ Product * Information + (1 | Consumer) + (1 | Consumer:Product)",
       factors = c("Product", "Information"), drop = ham_drop,
       means = list(mean_of("Product", adjust = all_adjustments), mean_of("Product", weights = "cells"),
                    mean_of("Product", weights = "proportional"), mean_of("Product", by = "Information"),
                    mean_of(c("Product", "Information"), adjust = "none"), mean_of("Product", method = "eff", adjust = "fdr"),
                    mean_of("Product", method = "poly", adjust = "none"), mean_of("Product", method = "consec", adjust = "sidak"),
                    mean_of("Product", method = "mean_chg", adjust = "none"),
                    mean_of("Product", method = "del.eff", adjust = "fdr"), mean_of("Product", method = "revpairwise"))),
  case("ham-covariate", "ham", "Q('Informed.liking') ~ C(Product) * C(Gender) + C(Information) + Age + (1 | Consumer)",
       "Informed.liking ~ Product * Gender + Information + Age + (1 | Consumer)",
       factors = c("Product", "Gender", "Information"), drop = ham_drop,
       means = list(mean_of("Product"), mean_of("Product", weights = "proportional"), mean_of("Product", weights = "outer"),
                    mean_of("Product", weights = "cells"), mean_of("Gender", by = "Product", at = list(Age = c(30, 60))),
                    mean_of(c("Gender", "Age"), at = list(Age = c(30, 60)), adjust = "none"))),
  case("orthodont", "Orthodont", "distance ~ age * Sex + (1 | Subject)", drop = c(3, 17, 30, 31, 60, 99),
       means = list(mean_of("Sex"), mean_of("Sex", at = list(age = c(8))), mean_of("Sex", by = "age", at = list(age = c(8, 14))),
                    mean_of("Sex", trend = "age"))),
  case("orthodont-quadratic", "Orthodont", "distance ~ age * Sex + I(age**2) + (1 | Subject)",
       "distance ~ age * Sex + I(age^2) + (1 | Subject)", drop = c(3, 17, 30, 31, 60, 99),
       means = list(mean_of("Sex"), mean_of("Sex", by = "age", at = list(age = c(8, 14))))),
  case("partial", "sim_partial", "rating ~ mood + (1 | user) + (1 | film)"),
  case("partial-slope", "sim_partial", "rating ~ mood + (1 + mood | user) + (1 | film)"),
  case("scots", "ScotsSec", "attain ~ sex + C(social) + (1 | primary) + (1 | second)",
       "attain ~ sex + social + (1 | primary) + (1 | second)", factors = "social", large = TRUE,
       means = list(mean_of("social"))),
  case("scots-singular", "ScotsSec", "attain ~ sex + C(social) + verbal + (1 | primary) + (1 | second)",
       "attain ~ sex + social + verbal + (1 | primary) + (1 | second)", factors = "social", large = TRUE,
       means = list(mean_of("sex"))),
  case("insteval", "InstEval_subset", "y ~ C(service) + C(lectage) + (1 | s) + (1 | d) + (1 | dept)",
       "y ~ service + lectage + (1 | s) + (1 | d) + (1 | dept)", factors = c("service", "lectage"), large = TRUE,
       means = list(mean_of("service"))),
  case("oats", "Oats", "Q('yield') ~ Variety * C(nitro) + (1 | Block/Variety)", "yield ~ Variety * nitro + (1 | Block/Variety)",
       factors = "nitro", drop = c(4, 9, 22, 23, 50, 61),
       means = list(mean_of("Variety", by = "nitro"), mean_of("nitro", method = "poly", adjust = "none"),
                    mean_of("Variety", weights = "outer"))),
  case("cake", "cake", "angle ~ C(recipe) * C(temperature) + (1 | replicate/recipe)",
       "angle ~ recipe * temperature + (1 | replicate/recipe)", factors = c("recipe", "temperature"), drop = c(2, 11, 100, 101, 200),
       means = list(mean_of("recipe"), mean_of("temperature", by = "recipe", method = "consec", adjust = "mvt-none"))),
  case("beets", "beets", "sugpct ~ block + sow + harvest + (1 | block:harvest)", means = list(mean_of("sow"))),
  case("ergo", "ergoStool", "effort ~ Type + (1 | Subject)", means = list(mean_of("Type"))),
  case("singular-slope", "sim_singular", "y ~ x + (x | g)"),
  case("chain", "sim_chain", "y ~ x + (1 | region/town/street)"),
  case("crossed-slopes", "sim_crossed", "rt ~ condition + (condition | subject) + (1 | item)", means = list(mean_of("condition"))),
  case("npk", "npk", "Q('yield') ~ C(N) * C(P) + C(K) + (1 | block)", "yield ~ N * P + K + (1 | block)", factors = c("N", "P", "K"),
       drop = c(1, 14), means = list(mean_of("N"), mean_of("N", by = "P"))))

# θ to machine precision, entries at zero held
polish <- function(deviance, theta, lower) {
  free <- !(lower == 0 & theta < 1e-5)
  theta[!free] <- 0
  f <- function(x) { full <- theta; full[free] <- x; deviance(full) }
  x <- theta[free]
  for (round in 1:6) {
    g <- numDeriv::grad(f, x, method.args = list(r = 6))
    step <- tryCatch(solve(numDeriv::hessian(f, x), g), error = function(e) 0 * g)
    if (!all(is.finite(step)) || sqrt(sum(step^2)) > 0.1 * sqrt(sum(x^2))) break
    x <- x - step
    if (max(abs(step)) < 1e-12) break
  }
  theta[free] <- x
  theta
}

polished <- function(formula, frame, reml) {
  fit <- best_fit(formula, frame, reml)
  parts <- suppressMessages(lFormula(formula, frame, REML = reml, control = lmerControl(
    check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore")))
  deviance <- do.call(mkLmerDevfun, parts)
  theta <- polish(deviance, getME(fit, "theta"), environment(deviance)$lower)
  value <- deviance(theta)
  call <- fit@call
  call$formula <- formula
  call$data <- quote(frame)
  call$control <- NULL
  merged <- mkMerMod(environment(deviance), list(par = theta, fval = value, feval = 1, conv = 0, message = ""),
                     parts$reTrms, parts$fr, call)
  lmerTest:::as_lmerModLT(merged, deviance)
}

spell <- function(names, factors) {
  for (f in factors) names <- gsub(sprintf("\\b%s\\b", f), sprintf("C(%s)", f), names, perl = TRUE)
  names <- gsub("I\\((\\w+)\\^2\\)", "I(\\1 ** 2)", names)
  names
}

spelled_coefficients <- function(fit, frame, factors) {
  names <- names(fixef(fit))
  plain <- patsy_names(names, frame)
  for (f in factors) plain <- gsub(sprintf("(^|:)%s\\[", f), sprintf("\\1C(%s)[", f), plain)
  gsub("I\\((\\w+)\\^2\\)", "I(\\1 ** 2)", plain)
}

numbers <- function(x) I(unname(as.numeric(x)))

anova_of <- function(fit, type, ddf, factors) {
  answer <- suppressMessages(suppressWarnings(anova(fit, type = type, ddf = ddf)))
  table <- as.data.frame(answer)
  if (ddf == "Satterthwaite") {
    # lmerTest takes eigenvectors of LVL', which rounding may make unsymmetric, and F is wrong where eigenvalues coincide
    exact <- vapply(attr(answer, "hypotheses"), function(l) {
      distance <- l %*% fixef(fit)
      sum(distance * solve(l %*% as.matrix(vcov(fit)) %*% t(l), distance)) / nrow(l)
    }, 0)
    if (any(abs(exact / table[["F value"]] - 1) > 1e-6)) return(NULL)
  }
  list(type = type, ddf = tolower(ddf), terms = I(spell(rownames(table), factors)), sum_sq = numbers(table[["Sum Sq"]]),
       num_df = numbers(table$NumDF), den_df = numbers(table$DenDF), f = numbers(table[["F value"]]),
       p = numbers(table[["Pr(>F)"]]))
}

car_of <- function(fit, test, factors) {
  table <- as.data.frame(suppressMessages(Anova(fit, type = 2, test.statistic = test)))
  statistic <- table[[1]]
  list(test = test, terms = I(spell(rownames(table), factors)), statistic = numbers(statistic),
       den_df = if (test == "F") numbers(table$Df.res) else NULL, p = numbers(table[[ncol(table)]]))
}

means_of <- function(fit, ask, ddf) {
  arguments <- list(fit, specs = ask$of, by = ask$by, lmer.df = ddf, weights = ask$weights)
  if (!is.null(ask$at)) arguments$at <- ask$at
  if (is.null(ask$trend)) means <- do.call(emmeans, arguments)
  else means <- emtrends(fit, specs = ask$of, by = ask$by, var = ask$trend, lmer.df = ddf)
  table <- as.data.frame(summary(means))
  estimate <- if (is.null(ask$trend)) "emmean" else paste0(ask$trend, ".trend")
  keys <- c(ask$of, ask$by)
  result <- list(levels = lapply(setNames(keys, keys), function(k) I(as.character(table[[k]]))),
                 mean = numbers(table[[estimate]]), se = numbers(table$SE), df = numbers(table$df),
                 lower = numbers(table$lower.CL), upper = numbers(table$upper.CL))
  contrasts <- lapply(setdiff(ask$adjust, "mvt-none"), function(adjust) {
    pairs <- contrast(means, ask$method)
    test <- as.data.frame(suppressMessages(summary(pairs, adjust = adjust, infer = c(TRUE, TRUE))))
    list(adjust = adjust, contrast = I(as.character(test$contrast)), estimate = numbers(test$estimate), se = numbers(test$SE),
         df = numbers(test$df), t = numbers(test$t.ratio), p = numbers(test$p.value),
         lower = numbers(test$lower.CL), upper = numbers(test$upper.CL))
  })
  c(list(of = I(ask$of), by = I(as.character(ask$by)), at = if (!is.null(ask$at)) lapply(ask$at, I), weights = ask$weights, method = ask$method,
         trend = ask$trend, ddf = ddf), result, list(contrasts = contrasts))
}

ranova_of <- function(fit) {
  table <- suppressMessages(ranova(fit))
  list(terms = I(rownames(table)), npar = numbers(table$npar), log_likelihood = numbers(table$logLik),
       statistic = numbers(table$LRT), df = numbers(table$Df), p = numbers(table[["Pr(>Chisq)"]]))
}

for (case in cases) {
  if (length(only) && !(case$name %in% only)) next
  frame <- read_set(file.path(dirname(here), "data", paste0(case$data, ".csv")))
  if (length(case$drop)) frame <- frame[-case$drop, ]
  for (f in case$factors) frame[[f]] <- factor(frame[[f]])
  assign("frame", frame, envir = globalenv())
  fit <- polished(as.formula(case$r), frame, case$reml)
  satterthwaite <- suppressMessages(suppressWarnings(summary(fit)$coefficients))
  fixture <- list(
    schema = 1, name = case$name, data = case$data, drop = I(case$drop),
    provenance = list(generator = "generators/inference_cases.R", r = as.character(getRversion()),
                      lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")),
                      pbkrtest = as.character(packageVersion("pbkrtest")), emmeans = as.character(packageVersion("emmeans")),
                      car = as.character(packageVersion("car"))),
    call = list(formula = case$formula, r_formula = case$r, reml = case$reml),
    deviance = as.numeric(-2 * logLik(fit)), theta = numbers(getME(fit, "theta")),
    names = I(spelled_coefficients(fit, frame, case$factors)), estimate = numbers(satterthwaite[, "Estimate"]),
    se = numbers(satterthwaite[, "Std. Error"]), satterthwaite = numbers(satterthwaite[, "df"]))
  if (!case$large) {
    restricted <- if (case$reml) fit else polished(as.formula(case$r), frame, TRUE)
    kr <- suppressMessages(summary(restricted, ddf = "Kenward-Roger")$coefficients)
    fixture$kenward_roger <- list(
      estimate = numbers(kr[, "Estimate"]), se = numbers(sqrt(diag(as.matrix(vcovAdj(restricted))))), df = numbers(kr[, "df"]))
  }
  methods <- if (case$large) "satterthwaite" else c("satterthwaite", "kenward-roger")
  if (case$reml) {
    fixture$anova <- Filter(Negate(is.null), c(lapply(1:3, anova_of, fit = fit, ddf = "Satterthwaite", factors = case$factors),
                       if (!case$large) lapply(1:3, anova_of, fit = fit, ddf = "Kenward-Roger", factors = case$factors)))
    fixture$car <- c(list(car_of(fit, "Chisq", case$factors)), if (!case$large) list(car_of(fit, "F", case$factors)))
    fixture$ranova <- tryCatch(ranova_of(fit), error = function(e) NULL)
  }
  fixture$means <- unlist(lapply(case$means, function(ask)
    lapply(methods, function(ddf) means_of(fit, ask, ddf))), recursive = FALSE)
  writeLines(toJSON(fixture, auto_unbox = TRUE, digits = NA, null = "null", na = "null"),
             file.path(output, paste0(case$name, ".json")))
  cat(case$name, "\n")
}

# What follows a fit of a generalised linear mixed model: marginal means and contrasts of emmeans, likelihood ratios, profile
# intervals of lme4. Writes generalized/after-fit.json.
#
#   Rscript generators/generalized_after_fit.R [OUTPUT_FILE]
#
# Debian packages: r-cran-lme4 r-cran-glmmtmb r-cran-emmeans r-cran-jsonlite. Fits are glmmTMB's, whose Laplace approximation
# is the true one for every link; profiles are those of lme4's canonical links.
suppressMessages({ library(lme4); library(glmmTMB); library(emmeans); library(jsonlite) })
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "generalized", "after-fit.json")
set <- function(name) read.csv(file.path(dirname(here), "data", paste0(name, ".csv")), stringsAsFactors = TRUE)
control <- glmmTMBControl(optCtrl = list(rel.tol = 1e-12, iter.max = 2000, eval.max = 2000))

cbpp <- transform(set("cbpp"), period = factor(period))
epil <- set("epil")
cake <- set("cake")
women <- set("Contraception")
tight <- function(formula, data, family, weights = NULL)
  do.call(glmmTMB, c(list(formula = formula, data = data, family = family, control = control),
                     if (is.null(weights)) list() else list(weights = weights)))
fits <- list(
  list(name = "cbpp", data = "cbpp", formula = "incidence ~ C(period) + (1 | herd)", family = "binomial", trials = "size",
       of = "period", fit = tight(incidence / size ~ period + (1 | herd), cbpp, binomial(), cbpp$size)),
  list(name = "cbpp-probit", data = "cbpp", formula = "incidence ~ C(period) + (1 | herd)", family = "binomial",
       link = "probit", trials = "size", of = "period",
       fit = tight(incidence / size ~ period + (1 | herd), cbpp, binomial("probit"), cbpp$size)),
  list(name = "cbpp-cloglog", data = "cbpp", formula = "incidence ~ C(period) + (1 | herd)", family = "binomial",
       link = "cloglog", trials = "size", of = "period",
       fit = tight(incidence / size ~ period + (1 | herd), cbpp, binomial("cloglog"), cbpp$size)),
  list(name = "contraception", data = "Contraception", formula = "use ~ age + I(age**2) + urban * livch + (1 | district)",
       family = "binomial", of = "livch", by = "urban",
       fit = tight(use ~ age + I(age^2) + urban * livch + (1 | district), women, binomial())),
  list(name = "epil", data = "epil", formula = "y ~ base * trt + age + (1 | subject)", family = "poisson", of = "trt",
       fit = tight(y ~ base * trt + age + (1 | subject), epil, poisson())),
  list(name = "cake", data = "cake", formula = "angle ~ recipe + temp + (1 | replicate)", family = "gamma", of = "recipe",
       fit = tight(angle ~ recipe + temp + (1 | replicate), cake, Gamma("log"))))

columns <- function(table, from, to) {
  wanted <- setNames(lapply(from, function(name) I(as.numeric(table[[intersect(name, names(table))[1]]]))), to)
  wanted
}
means <- lapply(fits, function(case) {
  grid <- if (is.null(case$by)) emmeans(case$fit, case$of, lmer.df = "asymptotic") else
    emmeans(case$fit, case$of, by = case$by, lmer.df = "asymptotic")
  limits <- list(c("lower.CL", "asymp.LCL"), c("upper.CL", "asymp.UCL"))
  pull <- function(type) {
    s <- as.data.frame(summary(grid, type = type, infer = c(TRUE, FALSE), df = Inf))
    c(list(name = intersect(c("emmean", "prob", "rate", "response"), names(s))),
      columns(s, c(list(c("emmean", "prob", "rate", "response"), "SE"), limits), c("mean", "se", "lower", "upper")))
  }
  contrasts <- function(type) {
    s <- as.data.frame(summary(pairs(grid, adjust = "tukey"), type = type, infer = c(TRUE, TRUE), df = Inf))
    c(list(name = intersect(c("estimate", "odds.ratio", "ratio"), names(s))),
      columns(s, c(list(c("estimate", "odds.ratio", "ratio"), "SE", c("z.ratio", "t.ratio"), "p.value"), limits),
              c("estimate", "se", "z", "p", "lower", "upper")))
  }
  c(case[setdiff(names(case), "fit")],
    list(link_means = pull("link"), response_means = pull("response"), link_pairs = contrasts("link"),
         response_pairs = contrasts("response")))
})

ratio <- function(small, large) 2 * (as.numeric(logLik(large)) - as.numeric(logLik(small)))
comparisons <- list(
  list(name = "cbpp period", statistic = ratio(
    tight(incidence / size ~ 1 + (1 | herd), cbpp, binomial(), cbpp$size), fits[[1]]$fit), df = 3),
  list(name = "cbpp herd", statistic = ratio(
    glm(incidence / size ~ period, binomial(), cbpp, weights = size), fits[[1]]$fit), df = 1),
  list(name = "epil subject", statistic = ratio(glm(y ~ base * trt + age, poisson(), epil), fits[[5]]$fit), df = 1))

profiles <- local({
  fit <- glmer(incidence / size ~ period + (1 | herd), cbpp, binomial(), weights = size,
               control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
  limits <- suppressMessages(confint(fit, method = "profile"))
  list(list(name = "cbpp", parameters = rownames(limits), lower = limits[, 1], upper = limits[, 2]))
})
write(toJSON(list(provenance = list(
  R = R.version.string, lme4 = as.character(packageVersion("lme4")), glmmTMB = as.character(packageVersion("glmmTMB")),
  emmeans = as.character(packageVersion("emmeans"))), means = means, comparisons = comparisons, profiles = profiles),
  auto_unbox = TRUE, digits = 12, pretty = 1, null = "null"), output)

# Fits generalised linear mixed models by glmmTMB (Laplace's approximation with observed weights) and lme4 (expected
# weights; adaptive quadrature), and writes generalized/cases.json.
#
#   Rscript generators/generalized_cases.R [OUTPUT_FILE]
#
# Debian packages: r-cran-lme4 r-cran-glmmtmb r-cran-jsonlite. lme4 is asked where it maximises the same function: with
# canonical links, and fast enough. Its deviance with several nodes lacks constants, which Laplace's fit of the same model gives.
suppressMessages({ library(lme4); library(glmmTMB); library(jsonlite) })
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "generalized", "cases.json")
set <- function(name) read.csv(file.path(dirname(here), "data", paste0(name, ".csv")), stringsAsFactors = TRUE)

# name, data, Swift's formula and family, R's formula and family; trials: column of the binomial response's trials
case <- function(name, data, formula, family, r, rfamily, link = NULL, trials = NULL, offset = NULL, nodes = NULL, lme4 = TRUE)
  list(name = name, data = data, formula = formula, family = family, r = r, rfamily = rfamily, link = link,
       trials = trials, offset = offset, nodes = nodes, lme4 = lme4)
period <- "incidence / size ~ factor(period) + (1 | herd)"
women <- "~ age + I(age^2) + urban + livch + (1 | district)"
cases <- list(
  case("cbpp", "cbpp", "incidence ~ C(period) + (1 | herd)", "binomial", period, binomial(), trials = "size", nodes = 9),
  case("cbpp-cloglog", "cbpp", "incidence ~ C(period) + (1 | herd)", "binomial", period, binomial("cloglog"),
       link = "cloglog", trials = "size", lme4 = FALSE),
  case("cbpp-probit", "cbpp", "incidence ~ C(period) + (1 | herd)", "binomial", period, binomial("probit"),
       link = "probit", trials = "size", lme4 = FALSE),
  case("contraception", "Contraception", "use ~ age + I(age**2) + urban + livch + (1 | district)", "binomial",
       paste("use", women), binomial(), nodes = 9),
  case("contraception-slope", "Contraception", "use ~ age + I(age**2) + urban + livch + (urban | district)", "binomial",
       "use ~ age + I(age^2) + urban + livch + (urban | district)", binomial(), lme4 = FALSE),
  case("grouseticks", "grouseticks", "TICKS ~ C(YEAR) + cHEIGHT + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION)", "poisson",
       "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION)", poisson(),
       lme4 = FALSE),
  case("epil", "epil", "y ~ base + trt + age + V4 + (1 | subject)", "poisson", "y ~ base + trt + age + V4 + (1 | subject)", poisson()),
  case("epil-nb", "epil", "y ~ base + trt + age + V4 + (1 | subject)", "negative-binomial",
       "y ~ base + trt + age + V4 + (1 | subject)", nbinom2(), lme4 = FALSE),
  case("mmmec", "Mmmec", "deaths ~ uvb + (1 | nation) + (1 | region)", "poisson",
       "deaths ~ uvb + offset(log(expected)) + (1 | nation) + (1 | region)", poisson(), offset = "log(expected)"),
  case("cake-gamma", "cake", "angle ~ recipe + temp + (1 | replicate/recipe)", "gamma",
       "angle ~ recipe + temp + (1 | replicate/recipe)", Gamma("log"), lme4 = FALSE),
  case("cake-gaussian-log", "cake", "angle ~ recipe + temp + (1 | replicate)", "gaussian",
       "angle ~ recipe + temp + (1 | replicate)", gaussian("log"), link = "log", lme4 = FALSE),
  case("beta", "sim_beta", "y ~ x + (1 | g)", "beta", "y ~ x + (1 | g)", beta_family(), lme4 = FALSE))

fit <- function(c) {
  message(c$name)
  data <- set(c$data)
  if (!is.null(c$trials)) data$weight <- data[[c$trials]]
  model <- if (is.null(c$trials)) glmmTMB(as.formula(c$r), data, family = c$rfamily)
    else glmmTMB(as.formula(c$r), data, family = c$rfamily, weights = weight)
  sd <- unlist(lapply(VarCorr(model)$cond, function(v) attr(v, "stddev")))
  result <- list(
    name = c$name, data = c$data, formula = c$formula, family = c$family, link = c$link, trials = c$trials,
    offset = c$offset, deviance = -2 * as.numeric(logLik(model)), coefficients = I(unname(fixef(model)$cond)),
    errors = I(unname(sqrt(diag(vcov(model)$cond)))), deviations = I(unname(sd[order(names(sd))])),
    groups = I(sort(names(sd))), dispersion = sigma(model))
  if (c$lme4) {
    control <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-8, maxfun = 1e4))
    lme <- function(nodes) if (is.null(c$trials)) glmer(as.formula(c$r), data, family = c$rfamily, nAGQ = nodes, control = control)
      else glmer(as.formula(c$r), data, family = c$rfamily, weights = weight, nAGQ = nodes, control = control)
    laplace <- lme(1)
    result$lme4_deviance <- -2 * as.numeric(logLik(laplace))
    result$modes <- unname(ranef(laplace)[[1]][, 1])[1:4]
    result$mode_errors <- sqrt(unname(attr(ranef(laplace, condVar = TRUE)[[1]], "postVar")[1, 1, 1:4]))
    result$fitted <- unname(fitted(laplace))[1:4]
    if (!is.null(c$nodes)) {
      quadrature <- lme(c$nodes)
      result$nodes <- c$nodes
      result$quadrature <- list(coefficients = unname(fixef(quadrature)), deviation = unname(getME(quadrature, "theta")))
    }
  }
  result
}
versions <- list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
                 glmmTMB = as.character(packageVersion("glmmTMB")))
dir.create(dirname(output), showWarnings = FALSE)
text <- toJSON(list(provenance = c(list(generator = "generalized_cases.R"), versions), cases = lapply(cases, fit)),
               auto_unbox = TRUE, digits = 15, null = "null", pretty = TRUE)
writeLines(text, output)

# Fits lme4 models at its best: several optimisers with tight tolerances, the highest log-likelihood wins.
#
#   Rscript generators/lme4_second_opinion.R REQUEST.json ANSWER.json
#
# The request is a list of {name, data (a CSV path), formula, reml}.
suppressMessages({Sys.setlocale("LC_ALL", "C"); library(lme4); library(jsonlite)})

# missing markers as pandas reads them
read_set <- function(path) read.csv(path, stringsAsFactors = TRUE, na.strings = c("", "NA", "NaN", "nan", "None", "null"))

controls <- c(
  lapply(c("bobyqa", "Nelder_Mead"), function(name) lmerControl(
    optimizer = name, calc.derivs = FALSE, check.conv.singular = "ignore", check.nobs.vs.nRE = "ignore",
    check.nobs.vs.nlev = "ignore",
    optCtrl = if (name == "bobyqa") list(maxfun = 1e5, rhoend = 1e-10) else
      list(maxfun = 1e5, FtolAbs = 1e-11, FtolRel = 1e-15, XtolRel = 1e-10))),
  list(lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE, check.conv.singular = "ignore",
                   check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore",
                   optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5))))

# weights, offset: names of columns
best_fit <- function(formula, frame, reml, weights = NULL, offset = NULL) {
  extra <- lapply(Filter(Negate(is.null), list(weights = weights, offset = offset)), as.name)
  fits <- lapply(controls, function(control)
    tryCatch(suppressMessages(suppressWarnings(do.call(
      lmer, c(list(formula, data = frame, REML = reml, control = control), extra)))),
             error = function(condition) NULL))
  fits <- Filter(Negate(is.null), fits)
  best <- fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
  # once more from the best point found, then keep the better
  again <- tryCatch(suppressMessages(suppressWarnings(
    update(best, start = getME(best, "theta"), control = controls[[1]], data = frame))), error = function(c) best)
  if (as.numeric(logLik(again)) > as.numeric(logLik(best))) again else best
}

answer <- function(fit) {
  terms <- lapply(VarCorr(fit), function(block) matrix(as.numeric(block), nrow(block)))
  list(llf = as.numeric(logLik(fit)), singular = isSingular(fit, tol = 1e-4), sigma = sigma(fit),
       theta = I(unname(getME(fit, "theta"))),
       fixef = list(names = I(names(fixef(fit))), values = I(unname(fixef(fit)))),
       se = I(unname(sqrt(diag(as.matrix(vcov(fit)))))),
       terms = lapply(seq_along(terms), function(i) list(
         group = unname(sub("\\.[0-9]+$", "", names(terms)[i])), names = I(unname(fit@cnms[[i]])),
         levels = unname(ngrps(fit)[sub("\\.[0-9]+$", "", names(terms)[i])]), covariance = terms[[i]])))
}

if (!interactive() && length(commandArgs(TRUE)) == 2) {
  request <- fromJSON(commandArgs(TRUE)[1], simplifyDataFrame = FALSE)
  answers <- lapply(request, function(case) {
    frame <- read_set(case$data)
    fit <- best_fit(as.formula(case$formula), frame, case$reml)
    c(list(name = case$name, formula = case$formula, version = as.character(packageVersion("lme4"))), answer(fit))
  })
  writeLines(toJSON(answers, auto_unbox = TRUE, digits = NA, na = "string"), commandArgs(TRUE)[2])
}

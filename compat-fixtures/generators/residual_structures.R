# Fits models with residual variances and correlations by nlme and writes residual-structures.json.
#
#   Rscript generators/residual_structures.R [OUTPUT_FILE]
#
# nlme's search stops where its likelihood rises by little: log-likelihoods are to be reached, parameters to be near.
suppressMessages({ library(nlme); library(jsonlite) })
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "residual-structures.json")

# data, fixed effects, random effects here and in nlme, then what the residuals are: variance = c(kind, column),
# residuals = c(kind, time)
case <- function(data, fixed, bars, random, variance = NULL, residuals = NULL)
  list(data = data, fixed = fixed, bars = bars, random = random, variance = variance, residuals = residuals)
one <- function(g) as.formula(paste("~ 1 |", g))
cases <- list(
  case("Orthodont", "distance ~ age * Sex", "(1 | Subject)", one("Subject"), c("group", "Sex")),
  case("Orthodont", "distance ~ age * Sex", "(1 | Subject)", one("Subject"), NULL, c("ar1", "")),
  case("Orthodont", "distance ~ age * Sex", "(1 | Subject)", one("Subject"), c("group", "Sex"), c("ar1", "")),
  case("Ovary", "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time)", "(1 + sin(2 * pi * Time) || Mare)",
       list(Mare = pdDiag(~ sin(2 * pi * Time))), NULL, c("ar1", "")),
  case("BodyWeight", "weight ~ Time * Diet", "(1 + Time | Rat)", ~ Time | Rat, c("power", "Time")),
  case("BodyWeight", "weight ~ Time * Diet", "(1 + Time | Rat)", ~ Time | Rat, NULL, c("ar1", "")),
  case("BodyWeight", "weight ~ Time", "(0 + Time | Rat)", ~ 0 + Time | Rat, NULL, c("cs", "")),
  case("ChickWeight", "weight ~ Time + Diet", "(1 | Chick)", one("Chick"), c("group", "Diet")),
  case("ChickWeight", "weight ~ Time * Diet", "(1 | Chick)", one("Chick"), c("exponential", "Time")),
  case("Ovary", "follicles ~ 1", "(1 | Mare)", one("Mare"), NULL, c("car1", "Time")),
  case("Dialyzer", "rate ~ (pressure + I(pressure^2)) * QB", "(1 + pressure | Subject)", ~ pressure | Subject,
       c("power", "pressure")),
  case("Milk", "protein ~ Time + Diet", "(1 | Cow)", one("Cow"), NULL, c("ar1", "")),
  case("sleepstudy", "Reaction ~ Days", "(1 + Days | Subject)", ~ Days | Subject, NULL, c("ar1", "Days")),
  case("sleepstudy", "Reaction ~ Days", "(1 | Subject)", one("Subject"), c("exponential", "Days"), c("ar1", "Days")),
  case("Machines", "score ~ Machine", "(1 | Worker)", one("Worker"), c("group", "Machine")),
  case("Gun", "rounds ~ Method", "(1 | Team)", one("Team"), c("group", "Physique")))

fit <- function(case, reml) {
  data <- read.csv(file.path(dirname(here), "data", paste0(case$data, ".csv")), stringsAsFactors = TRUE)
  for (name in intersect(names(data), c("Rat", "Chick", "Diet", "Mare", "Subject", "Cow", "Worker", "Team", "QB")))
    data[[name]] <- factor(data[[name]])
  fixed <- as.formula(case$fixed)
  variance <- if (!is.null(case$variance)) {
    form <- as.formula(paste("~", case$variance[2]))
    switch(case$variance[1],
           group = varIdent(form = as.formula(paste("~ 1 |", case$variance[2]))),
           power = varPower(form = form), exponential = varExp(form = form))
  }
  group <- if (inherits(case$random, "formula")) all.vars(case$random[[2]][[3]]) else names(case$random)
  correlation <- if (!is.null(case$residuals)) {
    time <- if (nzchar(case$residuals[2])) case$residuals[2] else "1"
    form <- as.formula(paste("~", time, "|", group))
    switch(case$residuals[1], ar1 = corAR1(form = form), car1 = corCAR1(form = form), cs = corCompSymm(form = form))
  }
  best <- NULL
  for (opt in c("nlminb", "optim")) {
    control <- lmeControl(maxIter = 1000, msMaxIter = 1000, tolerance = 1e-10, msTol = 1e-12, opt = opt, returnObject = TRUE,
                          optimMethod = "BFGS")
    found <- tryCatch(suppressWarnings(do.call(lme, list(
      fixed = fixed, data = data, random = case$random, weights = variance, correlation = correlation,
      method = if (reml) "REML" else "ML", control = control, na.action = na.omit))), error = function(e) NULL)
    if (!is.null(found) && (is.null(best) || logLik(found) > logLik(best))) best <- found
  }
  if (is.null(best)) return(NULL)
  ratio <- if (!is.null(variance)) coef(best$modelStruct$varStruct, unconstrained = FALSE)
  if (!is.null(variance) && case$variance[1] == "group") {
    # relative to the first level, whichever nlme takes
    all <- coef(best$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
    levels <- levels(data[[case$variance[2]]])
    ratio <- all[levels[-1]] / all[levels[1]]
    sigma <- best$sigma * all[levels[1]]
  } else sigma <- best$sigma
  pascal <- function(text) gsub("^", "**", gsub("sin(", "np.sin(", gsub("cos(", "np.cos(", gsub("2 * pi", "2 * np.pi", text, fixed = TRUE),
                                                           fixed = TRUE), fixed = TRUE), fixed = TRUE)
  categorical <- intersect(c("Diet", "QB"), all.vars(fixed))
  text <- pascal(paste(case$fixed, "+", case$bars))
  for (name in categorical) text <- gsub(paste0("\\b", name, "\\b"), sprintf("C(%s)", name), text)
  spread <- as.matrix(getVarCov(best))
  list(data = case$data, formula = text, reml = reml, variance = case$variance, residuals = case$residuals,
       llf = as.numeric(logLik(best)), sigma = unname(sigma), parameters = I(unname(c(ratio,
         if (!is.null(correlation)) coef(best$modelStruct$corStruct, unconstrained = FALSE)))),
       fe = I(unname(fixef(best))), se = I(unname(sqrt(diag(vcov(best))))), random = I(unname(diag(spread))),
       nlme = as.character(packageVersion("nlme")))
}

results <- list()
for (one_case in cases) for (reml in c(TRUE, FALSE)) {
  found <- fit(one_case, reml)
  if (is.null(found)) message("no fit: ", one_case$data, " ", one_case$fixed) else results <- c(results, list(found))
}
write(toJSON(results, auto_unbox = TRUE, digits = 13, null = "null", pretty = TRUE), output)

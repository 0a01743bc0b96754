# Fits models with covariance forms by nlme and glmmTMB, and by a dense V of its own, and writes
# covariance-forms.json.
#
#   Rscript generators/covariance_forms.R [OUTPUT_FILE]
#
# nlme's pdCompSymm has one variance (cs); glmmTMB 1.1.5 calls `cs` what is hetcs here, and its `ar1` has one variance.
# Nothing there is hetar1, and where a package stops short or a parameter lies on its bound it is no witness: so every
# model is also maximised over log standard deviations and an angle from many starts with V as an n x n matrix, and the
# best of all log-likelihoods is the one to reach.
suppressMessages({ library(nlme); library(glmmTMB); library(jsonlite) })
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "covariance-forms.json")

# name, data set, fixed effects and effects' factor here and in R, group, form; other: a second random intercept
case <- function(name, data, fixed, factor, group, forms, r = fixed, rfactor = factor, other = NULL, rows = NULL)
  list(name = name, data = data, fixed = fixed, factor = factor, group = group, forms = forms, r = r,
       rfactor = rfactor, other = other, rows = rows)
cases <- list(
  case("machines", "Machines", "score ~ Machine", "Machine", "Worker", c("cs", "hetcs")),
  case("orthodont", "Orthodont", "distance ~ age", "C(age)", "Subject", c("ar1", "hetar1", "hetcs"),
       rfactor = "factor(age)"),
  case("sleepstudy", "sleepstudy", "Reaction ~ Days", "C(Days)", "Subject", c("ar1", "hetar1"), rfactor = "factor(Days)"),
  case("oxboys", "Oxboys", "height ~ age", "C(Occasion)", "Subject", c("ar1"), rfactor = "factor(Occasion)"),
  case("cake", "cake", "angle ~ temp", "recipe", "replicate", c("cs", "hetcs")),
  case("oats", "Oats", "Q('yield') ~ nitro", "Variety", "Block", c("cs", "hetcs", "ar1", "hetar1"), r = "yield ~ nitro"),
  case("bodyweight", "BodyWeight", "weight ~ Time", "C(Time)", "Rat", c("ar1"), rfactor = "factor(Time)"),
  case("pixel", "Pixel", "pixel ~ day", "Side", "Dog", c("cs", "hetcs")),
  case("chick", "ChickWeight", "weight ~ Time", "C(Time)", "Chick", c("ar1"), rfactor = "factor(Time)", rows = 150),
  case("milk", "Milk", "protein ~ Time", "C(Time)", "Cow", c("ar1"), rfactor = "factor(Time)", rows = 180),
  case("dietox", "dietox", "Weight ~ Time", "C(Time)", "Pig", c("ar1"), rfactor = "factor(Time)", rows = 160),
  case("machines-beside", "Machines", "score ~ 1", "Machine", "Worker", c("cs", "ar1"), other = "Machine"))

pattern <- function(form, k, rho) {
  d <- abs(outer(1:k, 1:k, "-"))
  if (form %in% c("cs", "hetcs")) ifelse(d == 0, 1, rho) else rho^d
}
het <- function(form) form %in% c("hetcs", "hetar1")

dense <- function(y, X, Z, g, form, reml, W) {
  k <- ncol(Z); n <- length(y); p <- ncol(X)
  low <- if (form %in% c("cs", "hetcs")) -1 / (k - 1) else -1
  sds <- if (het(form)) k else 1
  same <- outer(g, g, "==")
  parts <- function(theta) {
    s <- exp(theta[1:sds]); if (sds == 1) s <- rep(s, k)
    rho <- low + (1 - low) * (1 + sin(theta[sds + 1])) / 2
    list(S = outer(s, s) * pattern(form, k, rho), s = s, rho = rho,
         tau = if (is.null(W)) 0 else exp(2 * theta[sds + 2]))
  }
  deviance <- function(theta) {
    if (any(theta[1:sds] > 12)) return(1e10)
    q <- parts(theta)
    V <- diag(n) + (Z %*% q$S %*% t(Z)) * same
    if (!is.null(W)) V <- V + q$tau * outer(W, W, "==")
    R <- tryCatch(chol(V), error = function(e) NULL); if (is.null(R)) return(1e10)
    x <- backsolve(R, X, transpose = TRUE); z <- backsolve(R, y, transpose = TRUE)
    fit <- .lm.fit(x, z); r2 <- sum(fit$residuals^2); nu <- if (reml) n - p else n
    2 * sum(log(diag(R))) + (if (reml) 2 * sum(log(abs(diag(qr.R(qr(x)))))) else 0) + nu * (1 + log(2 * pi * r2 / nu))
  }
  best <- NULL
  for (angle in c(-1.2, 0.3, 1.2)) for (size in c(-1.5, 0.7)) {
    start <- c(rep(size, sds), angle, if (!is.null(W)) 0)
    fit <- nlminb(start, deviance, control = list(eval.max = 4000, iter.max = 2000, rel.tol = 1e-13))
    fit <- nlminb(fit$par, deviance, control = list(eval.max = 4000, iter.max = 2000, rel.tol = 1e-14))
    if (is.null(best) || fit$objective < best$objective) best <- fit
  }
  q <- parts(best$par)
  V <- diag(n) + (Z %*% q$S %*% t(Z)) * same
  if (!is.null(W)) V <- V + q$tau * outer(W, W, "==")
  R <- chol(V); x <- backsolve(R, X, transpose = TRUE); z <- backsolve(R, y, transpose = TRUE)
  fit <- lm.fit(x, z)
  scale <- sum(fit$residuals^2) / (if (reml) n - p else n)
  list(llf = -best$objective / 2, scale = scale, fe = unname(fit$coefficients),
       variances = unname(if (sds == 1) q$s[1]^2 * scale else q$s^2 * scale), correlation = q$rho,
       other = if (is.null(W)) NULL else q$tau * scale)
}

packages <- function(case, form, reml, data) {
  random <- sprintf("(0 + %s | %s)", case$rfactor, case$group)
  other <- if (is.null(case$other)) "" else sprintf(" + (1 | %s)", case$other)
  run <- function(body) tryCatch(suppressWarnings(body), error = function(e) NULL)
  if (form == "cs" && is.null(case$other)) {
    fit <- run(lme(as.formula(case$r), data = data, method = if (reml) "REML" else "ML",
      random = setNames(list(pdCompSymm(as.formula(paste("~ 0 +", case$rfactor)))), case$group),
      control = lmeControl(maxIter = 500, msMaxIter = 500, returnObject = TRUE, opt = "optim")))
    return(if (is.null(fit)) NULL else list(package = "nlme", llf = as.numeric(logLik(fit))))
  }
  name <- switch(form, hetcs = "cs", ar1 = "ar1", NULL)
  if (is.null(name)) return(NULL)
  fit <- run(glmmTMB(as.formula(paste0(case$r, " + ", name, random, other)), data = data, REML = reml))
  if (is.null(fit) || !is.finite(as.numeric(logLik(fit)))) return(NULL)
  list(package = "glmmTMB", llf = as.numeric(logLik(fit)))
}

result <- list()
for (case in cases) {
  data <- read.csv(file.path(dirname(here), "data", paste0(case$data, ".csv")), stringsAsFactors = TRUE)
  if (!is.null(case$rows)) data <- data[seq_len(case$rows), ]
  data[[case$group]] <- factor(data[[case$group]])
  Z <- model.matrix(as.formula(paste("~ 0 +", case$rfactor)), data)
  X <- model.matrix(as.formula(case$r), data); y <- model.response(model.frame(as.formula(case$r), data))
  for (form in case$forms) for (reml in c(TRUE, FALSE)) {
    own <- dense(y, X, Z, as.integer(data[[case$group]]), form, reml,
                 if (is.null(case$other)) NULL else as.integer(factor(data[[case$other]])))
    package <- packages(case, form, reml, data)
    other <- if (is.null(case$other)) "" else sprintf(" + (1 | %s)", case$other)
    cat(case$name, form, reml, own$llf, package$package, package$llf, own$correlation, "\n", file = stderr())
    result[[length(result) + 1]] <- list(
      name = case$name, data = case$data, rows = case$rows,
      formula = sprintf("%s + %s(0 + %s | %s)%s", case$fixed, form, case$factor, case$group, other),
      reml = reml, llf = own$llf, scale = own$scale, fe_params = own$fe, variances = own$variances,
      correlation = own$correlation, other = own$other, package = package)
  }
}
writeLines(toJSON(result, auto_unbox = TRUE, digits = 12, pretty = TRUE, null = "null"), output)

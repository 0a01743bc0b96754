# Fits random models with this package and with lme4, and reports every model in which this package is not as good.
#
#   Rscript Tests/Benchmarks/peers/random_models.R [COUNT [SEED [FOLDER [PROGRAM]]]]
#
# COUNT models (5000) from SEED (1); data and the list of models go to FOLDER (.build/random-models); PROGRAM is
# .build/release/mixedlm-bench. lme4 searches from two points with tight settings, and again from the better end. The
# program's estimate is also put into lme4's deviance function: criterion, fixed effects, residual variance and fitted
# values must be the same there. Models whose random effects can explain every row are counted apart: their likelihood
# grows without end as the residual variance falls. The exit status is 1 if anything is reported.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "random_data.R"))
suppressMessages(library(lme4))
arguments <- commandArgs(TRUE)
argument <- function(i, default) if (length(arguments) >= i) arguments[[i]] else default
count <- as.integer(argument(1, "5000"))
seed <- as.integer(argument(2, "1"))
folder <- argument(3, ".build/random-models")
program <- argument(4, ".build/release/mixedlm-bench")

ignoring <- c(
  "nobs.vs.rankZ", "nobs.vs.nlev", "nlev.gtreq.5", "nlev.gtr.1", "nobs.vs.nRE", "scaleX", "formula.LHS")
control <- do.call(lmerControl, c(
  list(calc.derivs = FALSE, check.rankX = "silent.drop.cols"),
  setNames(rep(list("ignore"), length(ignoring)), paste0("check.", ignoring))))

# lme4's deviance function and the best point that its optimisers find.
lme4_fit <- function(formula, data, reml) {
  parts <- lFormula(formula, data, REML = reml, control = control)
  deviance <- do.call(mkLmerDevfun, c(parts, list(control = control)))
  lower <- environment(deviance)$lower
  best <- list(theta = parts$reTrms$theta, value = Inf)
  search <- function(theta, radius, end) {
    found <- if (length(theta) == 1) {
      nlminb(theta, deviance, lower = lower, control = list(rel.tol = 1e-14, x.tol = 1e-12))
    } else {
      minqa::bobyqa(theta, deviance, lower, control = list(rhobeg = radius, rhoend = end, maxfun = 20000))
    }
    value <- deviance(found$par)
    if (is.finite(value) && value < best$value) best <<- list(theta = found$par, value = value)
  }
  for (factor in c(1, 0.1)) search(factor * parts$reTrms$theta, 0.2, 1e-6)
  search(best$theta, 1e-3, 1e-9)
  list(parts = parts, deviance = deviance, best = best)
}

# What lme4 computes at a theta.
lme4_point <- function(fit, theta, reml) {
  criterion <- fit$deviance(theta)
  inside <- environment(fit$deviance)
  degrees <- nrow(fit$parts$X) - if (reml) ncol(fit$parts$X) else 0
  list(
    criterion = criterion, fixed = setNames(inside$pp$beta(1), colnames(fit$parts$X)),
    scale = (inside$resp$wrss() + inside$pp$sqrL(1)) / degrees, fitted = inside$resp$mu)
}

# Names of patsy's columns as R writes them.
r_names <- function(names) gsub("\\[(T\\.)?([^]]*)\\]", "\\2", sub("^Intercept$", "(Intercept)", names))

# The program's covariance matrices as lme4's theta: a lower triangular root of each block, in lme4's order.
theta_of <- function(ours, parts) {
  sorted <- function(texts) paste(sort(texts), collapse = " ")
  key <- function(group, names) paste(sorted(strsplit(group, ":")[[1]]), "|", sorted(names))
  keys <- vapply(ours$terms, function(t) key(t$group, r_names(unlist(t$names))), "")
  roots <- list()
  for (i in seq_along(parts$reTrms$cnms)) {
    names <- parts$reTrms$cnms[[i]]
    position <- match(key(gsub("[()]|\\.[0-9]+$", "", base::names(parts$reTrms$cnms)[[i]]), names), keys)
    if (is.na(position)) return(NULL)
    keys[[position]] <- ""
    term <- ours$terms[[position]]
    order <- match(names, r_names(unlist(term$names)))
    covariance <- matrix(unlist(term$covariance), length(names))[order, order, drop = FALSE] / ours$scale
    sizes <- sqrt(diag(covariance))
    sizes[sizes == 0] <- 1
    parts_of <- eigen(covariance / outer(sizes, sizes), symmetric = TRUE)
    half <- t(parts_of$vectors %*% diag(sqrt(pmax(parts_of$values, 0)), length(names)))
    root <- t(qr.R(qr(half, tol = 0)))
    root <- sizes * root %*% diag(ifelse(diag(root) < 0, -1, 1), length(names))
    roots[[i]] <- root[lower.tri(root, diag = TRUE)]
  }
  unlist(roots)
}

number <- function(x) suppressWarnings(as.numeric(unlist(x)))

# What is wrong with the program's fit of a model; empty if nothing is.
faults <- function(model, ours, data) {
  if (is.null(ours)) return("the program gave no answer")
  if (!is.null(ours[["error"]])) return(paste("refused:", strsplit(ours[["error"]], "\n")[[1]][[1]]))
  fit <- lme4_fit(as.formula(model$formula), data, model$reml)
  criterion <- number(ours$criterion)
  if (number(ours$scale) < 1e-6 * var(data$y)) return("saturated")
  allowed <- 1e-9 * max(1, abs(fit$best$value))
  found <- character()
  add <- function(...) found <<- c(found, sprintf(...))
  if (!isTRUE(ours$converged)) add("not converged: gradient %.1e", number(ours$gradientNorm))
  if (!isTRUE(criterion - fit$best$value <= allowed))
    add("worse: %.12g, lme4 %.12g (%.1e)", criterion, fit$best$value, criterion - fit$best$value)
  theta <- theta_of(ours, fit$parts)
  if (is.null(theta)) return(c(found, "the terms are not lme4's"))
  there <- lme4_point(fit, theta, model$reml)
  if (!isTRUE(abs(criterion - there$criterion) <= allowed))
    add("criterion: %.12g, lme4 at this point %.12g", criterion, there$criterion)
  if (!isTRUE(abs(number(ours$scale) / there$scale - 1) < 1e-6))
    add("scale: %.12g, lme4 at this point %.12g", number(ours$scale), there$scale)
  fitted <- number(ours$fitted)
  if (!isTRUE(max(abs(fitted - there$fitted)) < 1e-6 * sd(data$y)))
    add("fitted values differ by %.1e spreads", max(abs(fitted - there$fitted)) / sd(data$y))
  fixed <- setNames(number(ours$fixed), r_names(unlist(ours$fixedNames)))
  errors <- setNames(number(ours$errors), names(fixed))
  if (sum(!is.nan(fixed)) != length(there$fixed)) add("rank %d, lme4 %d", sum(!is.nan(fixed)), length(there$fixed))
  else if (all(names(there$fixed) %in% names(fixed)[!is.nan(fixed)])) {
    off <- abs(fixed[names(there$fixed)] - there$fixed) / errors[names(there$fixed)]
    if (!isTRUE(max(off, 0) < 1e-5)) add("fixed effects differ by %.1e standard errors", max(off))
  }
  found
}

dir.create(folder, recursive = TRUE, showWarnings = FALSE)
file_of <- function(i) file.path(folder, sprintf("%05d.csv", i))
models <- lapply(seq_len(count), function(i) {
  model <- random_model(i, seed)
  write.csv(model$data, file_of(i), row.names = FALSE, quote = FALSE)
  model[c("kind", "formula", "reml")]
})
list_file <- file.path(folder, "models.jsonl")
writeLines(vapply(seq_len(count), function(i) as.character(jsonlite::toJSON(
  c(list(id = i, data = file_of(i)), models[[i]]), auto_unbox = TRUE)), ""), list_file)

started <- Sys.time()
lines <- system2(program, c("fit-list", list_file), stdout = TRUE)
seconds <- as.numeric(Sys.time() - started, units = "secs")
answers <- vector("list", count)
for (line in lines) {
  answer <- jsonlite::fromJSON(line, simplifyVector = FALSE)
  answers[[answer$id]] <- answer
}

factors <- c("g", "h", "k", "c", "d", "e", "t")
reported <- saturated <- 0
for (i in seq_len(count)) {
  data <- read.csv(file_of(i))
  data[factors] <- lapply(data[factors], factor)
  found <- tryCatch(
    suppressWarnings(suppressMessages(faults(models[[i]], answers[[i]], data))),
    error = function(e) paste("lme4 stops:", conditionMessage(e)))
  if (identical(found, "saturated")) {
    saturated <- saturated + 1
    next
  }
  reported <- reported + (length(found) > 0)
  for (fault in found)
    cat(sprintf("%d %s %s %s | %s\n", i, models[[i]]$kind, if (models[[i]]$reml) "REML" else "ML", models[[i]]$formula, fault))
}
cat(sprintf(
  "%d models, %d saturated, %d reported; the program took %.1f s; lme4 %s\n", count, saturated, reported, seconds,
  packageVersion("lme4")))
if (reported > 0) quit(status = 1)

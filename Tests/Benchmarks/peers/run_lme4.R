# lme4: lmer() step by step, without the finite-difference check of convergence (calc.derivs), which is not part of the
# optimisation.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "common.R"))
suppressMessages(library(lme4))
data <- take("read", read_data())
control <- lmerControl(calc.derivs = FALSE)

fit <- function() {
  parts <- take("design", lFormula(model, data, control = control))
  deviance <- take("setup", do.call(mkLmerDevfun, c(parts, list(control = control))))
  optimum <- take("optimize", optimizeLmer(
    deviance, optimizer = control$optimizer, restart_edge = control$restart_edge,
    boundary.tol = control$boundary.tol, control = control$optCtrl, calc.derivs = FALSE))
  take("assemble", mkMerMod(environment(deviance), optimum, parts$reTrms, fr = parts$fr))
}

for (i in seq_len(if (small) min(repeats, 20) else repeats)) m <- suppressWarnings(suppressMessages(fit()))
take("summary", invisible(capture.output(print(summary(m)))))
sum_of("fit", c("setup", "optimize"))
if (small) {
  for (i in seq_len(repeats)) take("call", suppressMessages(lmer(model, data, control = control)))
} else sum_of("call", c("design", "setup", "optimize", "assemble"))
least <- function(step) apply(times[[step]], 2, min)
times$total <- rbind(least("read") + least("call") + least("summary"))
emit(
  system = "lme4", version = as.character(packageVersion("lme4")), rows = nrow(data), criterion = -2 * as.numeric(logLik(m)),
  criterion_kind = "REML", evaluations = m@optinfo$feval, converged = m@optinfo$conv$opt == 0,
  peak_mb = status("VmHWM"))

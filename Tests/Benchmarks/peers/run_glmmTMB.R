# glmmTMB, with REML.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "common.R"))
suppressWarnings(suppressMessages(library(glmmTMB)))
data <- take("read", read_data())
for (i in seq_len(if (small) min(repeats, 15) else repeats)) {
  m <- take("call", suppressWarnings(suppressMessages(
    glmmTMB(model, data, REML = TRUE, control = glmmTMBControl(parallel = threads)))))
}
emit(
  system = "glmmTMB", version = as.character(packageVersion("glmmTMB")), rows = nrow(data),
  criterion = 2 * as.numeric(m$fit$objective), criterion_kind = "REML",
  converged = m$fit$convergence == 0 && isTRUE(m$sdr$pdHess), evaluations = unname(m$fit$evaluations[1]),
  gradients = unname(m$fit$evaluations[2]), peak_mb = status("VmHWM"))

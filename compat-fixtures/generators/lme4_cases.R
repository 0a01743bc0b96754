# Fits bar formulas with lme4 and writes lme4/<name>-<reml|ml>.json.
#
#   Rscript generators/lme4_cases.R [OUTPUT_DIR [NAME ...]]
#
# Names are translated to patsy's: "(Intercept)" to "Intercept", "MachineB" to "Machine[T.B]", and the grouping factor
# of `a/b`, which lme4 calls "b:a", to "a:b".
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "lme4_second_opinion.R"))
source(file.path(here, "patsy_names.R"))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(here), "lme4")
dir.create(output, showWarnings = FALSE)
only <- arguments[-1]

# name, data set, formula here, formula in R (NULL: the same text); identified: only one set of variances is best;
# columns of prior weights and of an offset
bar <- function(name, data, formula, r = NULL, identified = TRUE, weights = NULL, offset = NULL)
  list(name = name, data = data, formula = formula, r = if (is.null(r)) formula else r, identified = identified,
       weights = weights, offset = offset)
students <- "score ~ group + (1 | test) + (1 | school) + (1 | school:student)"
cases <- list(
  bar("sleepstudy-intercept", "sleepstudy", "Reaction ~ Days + (1 | Subject)"),
  bar("sleepstudy-slope", "sleepstudy", "Reaction ~ Days + (Days | Subject)"),
  bar("sleepstudy-explicit", "sleepstudy", "Reaction ~ 1 + Days + (1 + Days | Subject)"),
  bar("sleepstudy-slope-only", "sleepstudy", "Reaction ~ Days + (0 + Days | Subject)"),
  bar("sleepstudy-double-bar", "sleepstudy", "Reaction ~ Days + (Days || Subject)"),
  bar("sleepstudy-split", "sleepstudy", "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)"),
  bar("sleepstudy-transform", "sleepstudy", "np.log(Reaction) ~ Days + (np.sqrt(Days) | Subject)",
      "log(Reaction) ~ Days + (sqrt(Days) | Subject)"),
  bar("pastes-slash", "Pastes", "strength ~ 1 + (1 | batch/cask)"),
  bar("pastes-colon", "Pastes", "strength ~ 1 + (1 | batch) + (1 | batch:cask)"),
  bar("pastes-two", "Pastes", "strength ~ 1 + (1 | batch) + (1 | sample)"),
  bar("pastes-coinciding", "Pastes", "strength ~ 1 + (1 | batch) + (1 | sample) + (1 | batch:cask)",
      "strength ~ 1 + (1 | batch) + (1 | sample)"),
  bar("pastes-star", "Pastes", "strength ~ 1 + (1 | batch*cask)",
      "strength ~ 1 + (1 | batch) + (1 | cask) + (1 | batch:cask)"),
  bar("penicillin-crossed", "Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
  bar("machines-nested", "Machines", "score ~ Machine + (1 | Worker/Machine)"),
  bar("machines-vector", "Machines", "score ~ Machine + (Machine | Worker)"),
  bar("machines-full", "Machines", "score ~ Machine + (0 + Machine | Worker)"),
  bar("machines-double-bar", "Machines", "score ~ Machine + (Machine || Worker)", identified = FALSE),
  bar("oats-splitplot", "Oats", "Q('yield') ~ nitro * Variety + (1 | Block/Variety)",
      "yield ~ nitro * Variety + (1 | Block/Variety)"),
  bar("cake-splitplot", "cake", "angle ~ recipe + temp + (1 | replicate:recipe)",
      "angle ~ recipe + temp + (1 | replicate:recipe)"),
  bar("cake-factor", "cake", "angle ~ C(recipe) * C(temperature) + (1 | replicate/recipe)",
      "angle ~ factor(recipe) * factor(temperature) + (1 | replicate/recipe)"),
  bar("orthodont-sex", "Orthodont", "distance ~ age * Sex + (age | Subject)"),
  bar("insteval-crossed", "InstEval_subset", "y ~ C(service) + (1 | s) + (1 | d)",
      "y ~ factor(service) + (1 | s) + (1 | d)"),
  bar("insteval-three", "InstEval_subset", "y ~ C(service) + (1 | s) + (1 | d) + (1 | dept:service)",
      "y ~ factor(service) + (1 | s) + (1 | d) + (1 | dept:service)"),
  bar("scotssec-crossed", "ScotsSec", "attain ~ verbal + sex + (1 | primary) + (1 | second)"),
  bar("ham-crossed", "ham", "Q('Informed.liking') ~ C(Product) + (1 | Consumer) + (1 | Consumer:Product)",
      "Informed.liking ~ factor(Product) + (1 | Consumer) + (1 | Consumer:Product)"),
  bar("dietox-litters", "dietox", "Weight ~ Time + (Time | Pig) + (1 | Litter)"),
  bar("exam-double-bar", "Exam", "normexam ~ standLRT + sex + (standLRT || school)"),
  bar("nlschools-slope", "nlschools", "lang ~ IQ + SES + (IQ | class)"),
  bar("sim-nested", "sim_nested", "score ~ age + sex + (1 | school/room)"),
  bar("sim-nested-slope", "sim_nested", "score ~ age + sex + (age | school) + (1 | school:room)"),
  bar("sim-crossed-intercepts", "sim_crossed", "rt ~ condition + (1 | subject) + (1 | item)"),
  bar("sim-crossed-slopes", "sim_crossed", "rt ~ condition + (condition | subject) + (condition | item)"),
  bar("sim-crossed-double-bar", "sim_crossed", "rt ~ condition + (condition || subject) + (condition || item)"),
  bar("sim-partial", "sim_partial", "rating ~ mood + (1 | user) + (1 | film)"),
  bar("sim-partial-slope", "sim_partial", "rating ~ mood + (mood | user) + (1 | film)"),
  bar("sim-slopes-vector", "sim_slopes", "y ~ x + z + (x + z | g)"),
  bar("sim-slopes-double-bar", "sim_slopes", "y ~ x + z + (x + z || g)"),
  bar("sim-slopes-no-intercept", "sim_slopes", "y ~ x + z + (0 + x + z | g)"),
  bar("sim-slopes-two-blocks", "sim_slopes", "y ~ x + z + (1 | g) + (0 + x + z | g)"),
  bar("sim-diagonal-double-bar", "sim_diagonal", "y ~ x + dose + (x || g)"),
  bar("sim-diagonal-factor", "sim_diagonal", "y ~ x + dose + (C(dose) | g)", "y ~ x + dose + (factor(dose) | g)"),
  bar("sim-singular-slope", "sim_singular", "y ~ x + (x | g)"),
  bar("sim-singular-intercept", "sim_singular", "y ~ x + (1 | g)"),
  bar("sim-chain-slash", "sim_chain", "y ~ x + (1 | region/town/street)"),
  bar("sim-chain-slope-crossed", "sim_chain", "y ~ x + (x | region) + (1 | region:town) + (1 | rater)"),
  bar("ham-weighted", "ham", "Q('Informed.liking') ~ C(Product) + (1 | Consumer)",
      "Informed.liking ~ factor(Product) + (1 | Consumer)", weights = "Age"),
  bar("dietox-weighted-offset", "dietox", "Weight ~ Time + (Time | Pig)", weights = "Time", offset = "Start"),
  bar("nlschools-weighted", "nlschools", "lang ~ IQ + (IQ | class)", weights = "GS"),
  bar("cake-weighted-crossed", "cake", "angle ~ recipe + (1 | replicate) + (1 | temperature)", weights = "temp"),
  bar("students-tests", "students_tests", students),
  bar("students-tests-four", "students_tests", "score ~ group + (1 | test) + (1 | test:school) + (1 | school:student)"))

effects_of <- function(fit, group, slash) {
  table <- ranef(fit, condVar = TRUE)[[group]]
  levels <- vapply(strsplit(rownames(table), ":"), function(parts)
    paste(if (slash) rev(parts) else parts, collapse = ":"), "")
  variances <- attr(table, "postVar")
  if (!is.array(variances)) return(NULL)
  keep <- seq_len(min(nrow(table), 25))
  deviations <- vapply(seq_len(ncol(table)), function(j) sqrt(variances[j, j, ]), numeric(nrow(table)))
  list(levels = I(unname(levels[keep])), values = unname(as.matrix(table))[keep, , drop = FALSE],
       conditional_sd = deviations[keep, , drop = FALSE])
}

for (case in cases) for (reml in c(TRUE, FALSE)) {
  if (length(only) && !(case$name %in% only)) next
  frame <- read_set(file.path(dirname(here), "data", paste0(case$data, ".csv")))
  fit <- best_fit(as.formula(case$r), frame, reml, case$weights, case$offset)
  result <- answer(fit)
  slash <- grepl("/", case$r)
  groups <- vapply(result$terms, `[[`, "", "group")
  result$terms <- lapply(result$terms, function(term) {
    several <- sum(groups == term$group) > 1 || term$levels > 400
    effects <- if (several) NULL else effects_of(fit, term$group, slash)
    term$group <- written_group(term$group, slash)
    term$names <- I(patsy_names(unlist(term$names), frame))
    c(term, list(effects = effects))
  })
  result$fixef$names <- I(patsy_names(result$fixef$names, frame))
  name <- paste0(case$name, if (reml) "-reml" else "-ml")
  fixture <- c(list(schema = 1, name = name, data = case$data,
                    provenance = list(generator = "generators/lme4_cases.R", lme4 = as.character(packageVersion("lme4")),
                                      r = as.character(getRversion())),
                    call = c(list(formula = case$formula, r_formula = case$r, reml = reml),
                             case[c("weights", "offset")[c(!is.null(case$weights), !is.null(case$offset))]]),
                    identified = case$identified), result)
  writeLines(toJSON(fixture, auto_unbox = TRUE, digits = NA, null = "null"),
             file.path(output, paste0(name, ".json")))
  cat(sprintf("%-32s %16.6f %s\n", name, result$llf, if (result$singular) "singular" else ""))
}

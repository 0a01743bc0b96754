# Random small mixed models: data and formulas of every kind that bars can say.
#
# random_model(i, seed) gives list(kind, formula, reml, data); the same arguments give the same model. Formulas mean the
# same in R and in patsy.

random_kinds <- c(
  "scalar", "slopes", "three", "independent", "nested", "nested_slopes", "deep", "crossed", "crossed_slopes",
  "interaction", "chain_and_crossed", "separable", "same_factor", "categories", "few_levels", "tiny_groups",
  "no_variance", "perfect_correlation", "near_collinear")

# Bars of each kind; g, h and k are crossed, c is numbered anew within each g, d lies within c.
random_bars <- list(
  scalar = "(1 | g)",
  slopes = c("(x | g)", "(1 + x | g)", "(0 + x | g)", "(x - 1 | g)"),
  three = c("(x + z | g)", "(0 + x + z | g)"),
  independent = c("(x || g)", "(x + z || g)", "(0 + x + z || g)"),
  nested = c("(1 | g / c)", "(1 | g) + (1 | g:c)", "(1 | g:c)"),
  nested_slopes = c("(x | g / c)", "(x | g) + (1 | g:c)", "(1 | g) + (x || g:c)"),
  deep = c("(1 | g / c / d)", "(1 | g) + (x | g:c) + (1 | g:c:d)"),
  crossed = c("(1 | g) + (1 | h)", "(1 | g) + (1 | h) + (1 | k)"),
  crossed_slopes = c("(x | g) + (z | h)", "(x || g) + (1 | h)", "(x | g) + (x + z | h)"),
  interaction = c("(1 | g) + (1 | h) + (1 | g:h)", "(x | g) + (1 | g:h)", "(1 | g:h) + (1 | k)"),
  chain_and_crossed = c("(1 | g / c) + (1 | h)", "(x | g / c) + (1 | h) + (0 + z | k)"),
  separable = c("(1 | g:c) + (1 | g:d)", "(1 | g) + (x | g:c) + (1 | g:d)"),
  same_factor = c(
    "(1 | g) + (0 + x | g)", "(1 | g) + (0 + x | g) + (0 + z | g)", "(1 | g) + (1 | h) + (0 + x | g)",
    "(x | g) + (0 + z | g)"),
  categories = c("(f | g)", "(0 + f | g)", "(f + x | g)", "(1 | g) + (1 | f:g)"),
  few_levels = c("(1 | e)", "(1 | e) + (1 | g)", "(x | e)"),
  tiny_groups = c("(1 | t)", "(1 | t) + (1 | h)", "(x | t)"),
  no_variance = c("(1 | g)", "(x | g)", "(1 | g) + (1 | h)", "(x + z | g)", "(x || g) + (z | h)"),
  perfect_correlation = c("(x | g)", "(x + z | g)", "(x | g) + (x | h)"),
  near_collinear = c("(x + v | g)", "(x + v || g)", "(v | g)"))

random_model <- function(i, seed) {
  set.seed(seed + i)
  pick <- function(values) values[[sample.int(length(values), 1)]]
  kind <- random_kinds[[(i - 1) %% length(random_kinds) + 1]]
  n <- sample(30:150, 1)
  levels <- function(least, most) sample.int(sample(least:most, 1), n, replace = TRUE)
  data <- data.frame(
    x = rnorm(n, pick(list(0, 0, 3))), z = runif(n, -1, 2), f = sample(c("a", "b", "c"), n, replace = TRUE),
    g = levels(4, 15), h = levels(3, 9), k = levels(3, 6), c = levels(2, 4), d = levels(2, 3), e = levels(2, 3),
    t = levels(ceiling(n / 2), n))
  data$v <- data$x + pick(list(1e-1, 1e-2, 1e-3)) * rnorm(n)
  bars <- pick(random_bars[[kind]])
  fixed <- pick(c("1", "1", "x", "x", "x + z", "x * z", "f", "0 + f + x", "x + f:z", "x + u"))
  data$u <- 2 * data$x - 1 # with x and the intercept a dependent column

  # effects of about the size of the residuals, some much smaller, some much larger
  size <- function() if (kind == "no_variance") 0 else pick(list(0.1, 0.5, 1, 1, 3, 30))
  effect <- function(groups) (rnorm(max(groups)) * size())[groups]
  code <- function(...) as.integer(interaction(..., drop = TRUE))
  cells <- list(
    data$g, data$h, data$k, code(data$g, data$c), code(data$g, data$c, data$d), data$e, data$t, code(data$g, data$h))
  y <- 5 + data$x * pick(list(0, 1)) + rnorm(n)
  for (cell in cells) if (runif(1) < 0.4) y <- y + effect(cell)
  if (kind == "perfect_correlation") y <- y + effect(data$g) * (1 - 0.7 * data$x + 0.2 * data$z)
  else if (grepl("x", bars)) y <- y + effect(data$g) * data$x + effect(data$h) * data$z

  # units
  data$x <- data$x * pick(list(1, 1, 1, 1, 1e-3, 1e4))
  data$z <- data$z * pick(list(1, 1, 1, 1, 1e3))
  data$y <- pick(list(0, 0, 0, 1e4)) + y * pick(list(1, 1, 1, 1e-3, 1e5))
  data <- data[c("y", "x", "z", "v", "u", "f", "g", "h", "k", "c", "d", "e", "t")]
  numbers <- c("y", "x", "z", "v", "u")
  data[numbers] <- lapply(data[numbers], signif, 10)
  list(kind = kind, formula = paste("y ~", fixed, "+", bars), reml = pick(list(TRUE, FALSE)), data = data)
}

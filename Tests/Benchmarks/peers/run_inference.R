# The work of `mixedlm-bench inference` by R's packages: Rscript run_inference.R FOLDER [crossed W1 W4 profile bootstrap]
suppressMessages({ library(lme4); library(lmerTest); library(pbkrtest) })
arguments <- commandArgs(TRUE)
names <- if (length(arguments) > 1) arguments[-1] else c("crossed", "profile", "bootstrap")
control <- lmerControl(calc.derivs = FALSE)
show <- function(name, body) cat(sprintf("%-26s %9.4f\n", name, system.time(body)[["elapsed"]]))
for (name in names) switch(name,
  crossed = {
    data <- read.csv(file.path(arguments[1], "inference_crossed.csv"))
    show("crossed fit", m <- lme4::lmer(y ~ x + (1 | a) + (1 | b), data, control = control))
    small <- lme4::lmer(y ~ 1 + (1 | a) + (1 | b), data, control = control)
    show("crossed kenward-roger", print(KRmodcomp(m, small)))
  },
  W1 = {
    data <- read.csv(file.path(arguments[1], "W1.csv"))
    show("W1 fit", m <- lmerTest::lmer(y ~ x + (1 + x | g), data, control = control))
    show("W1 satterthwaite", print(coef(summary(m))))
  },
  W4 = {
    data <- read.csv(file.path(arguments[1], "W4.csv"))
    show("W4 fit", m <- lmerTest::lmer(y ~ age + sex + (1 | school) + (1 | school:class), data, control = control))
    show("W4 satterthwaite", print(coef(summary(m))))
  },
  profile = {
    m <- lme4::lmer(Reaction ~ Days + (Days | Subject), read.csv(file.path(arguments[1], "sleepstudy.csv")), REML = FALSE)
    show("profile sleepstudy", print(confint(profile(m))))
  },
  bootstrap = {
    data <- read.csv(file.path(arguments[1], "dietox.csv"))
    large <- lme4::lmer(Weight ~ Time + (1 | Pig), data, REML = FALSE)
    show("bootstrap dietox, 1000", PBmodcomp(large, lme4::lmer(Weight ~ 1 + (1 | Pig), data, REML = FALSE), nsim = 1000))
  })

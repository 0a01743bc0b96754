# Writes the data sets of R packages as plain CSV files, values only.
#
#   Rscript generators/export_data.R [OUTPUT_DIR]        (default: compat-fixtures/data beside this script)
#
# Debian packages: r-cran-lme4 r-cran-nlme r-cran-mlmrev r-cran-lmertest r-cran-pbkrtest r-cran-geepack r-cran-mass
# r-cran-hsaur3 r-cran-cardata. Factors are written as their labels; numbers with 15 significant digits.
suppressMessages({Sys.setlocale("LC_ALL", "C"); options(digits = 15)})
script <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))
arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else file.path(dirname(dirname(script)), "data")

# package -> data sets; a vector of column names keeps only those columns, NULL keeps all
sets <- list(
  lme4 = list(sleepstudy = NULL, Pastes = NULL, Penicillin = NULL, Dyestuff = NULL, Dyestuff2 = NULL,
              cake = NULL, cbpp = NULL, grouseticks = NULL),
  geepack = list(dietox = NULL),
  nlme = list(Orthodont = NULL, Oats = NULL, Machines = NULL, BodyWeight = NULL, Oxide = NULL, Milk = NULL,
              Rail = NULL, ergoStool = NULL, Glucose = NULL, Ovary = NULL, Pixel = NULL, Assay = NULL,
              Alfalfa = NULL, Gun = NULL, IGF = NULL, RatPupWeight = NULL, Spruce = NULL, Wheat2 = NULL,
              Tetracycline1 = NULL, Dialyzer = NULL, Cefamandole = NULL, bdf = c("percmino", "classNR", "schoolNR")),
  mlmRev = list(Oxboys = NULL, Early = NULL, Hsb82 = c("school", "ses", "mAch", "sector"),
                Exam = c("school", "normexam", "standLRT", "sex", "schgend"),
                Gcsemv = NULL, ScotsSec = NULL, Contraception = NULL, Mmmec = NULL),
  MASS = list(epil = NULL, Sitka = NULL, npk = NULL, petrol = NULL, immer = NULL,
              Cars93 = c("Luggage.room", "MPG.highway", "Cylinders"), nlschools = c("lang", "IQ", "class", "GS", "SES", "COMB")),
  datasets = list(ChickWeight = NULL, Orange = NULL, Loblolly = NULL),
  lmerTest = list(carrots = c("Consumer", "Homesize", "Preference", "sens1", "sens2", "Income", "Product"),
                  ham = NULL),
  pbkrtest = list(beets = NULL),
  carData = list(Blackmore = NULL))

fetch <- function(package, name) {
  holder <- new.env()
  data(list = name, package = package, envir = holder)
  if (exists(name, holder)) get(name, holder) else getExportedValue(package, name)
}
save_csv <- function(frame, name) {
  connection <- file(file.path(output, paste0(name, ".csv")), "wb")
  write.csv(frame, connection, row.names = FALSE, na = "NA")
  close(connection)
  cat(sprintf("%-14s %6d rows %2d columns %4d missing\n", name, nrow(frame), ncol(frame), sum(is.na(frame))))
}

for (package in names(sets)) for (name in names(sets[[package]])) {
  frame <- as.data.frame(fetch(package, name))
  keep <- sets[[package]][[name]]
  if (!is.null(keep)) frame <- frame[, keep]
  # nlme stores some columns as ordered factors: labels are what a CSV can hold
  frame[] <- lapply(frame, function(column) if (is.factor(column)) as.character(column) else as.vector(column))
  save_csv(frame, name)
}

# Beat the Blues is wide: one row per patient and visit, missing visits kept
wide <- fetch("HSAUR3", "BtheB")
visits <- c("2m", "3m", "5m", "8m")
long <- do.call(rbind, lapply(visits, function(visit) data.frame(
  subject = seq_len(nrow(wide)), drug = as.character(wide$drug), length = as.character(wide$length),
  treatment = as.character(wide$treatment), pre = wide$bdi.pre, month = as.integer(sub("m", "", visit)),
  bdi = wide[[paste0("bdi.", visit)]])))
save_csv(long[order(long$subject, long$month), ], "BtheB")

# InstEval: the ratings given by every twelfth student, one department in two
ratings <- as.data.frame(lme4::InstEval)
ratings[] <- lapply(ratings, as.character)
ratings$y <- as.integer(ratings$y)
chosen <- as.integer(ratings$s) %% 12 == 0 & as.integer(ratings$dept) %% 2 == 0
save_csv(ratings[chosen, ], "InstEval_subset")

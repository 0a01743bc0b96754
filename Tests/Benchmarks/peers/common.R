# What the scripts for R packages share: arguments, data, times, and the line of JSON.
# Arguments: WORKLOAD FILE FORMULA THREADS REPEAT SMALL(0|1)
arguments <- commandArgs(TRUE)
workload <- arguments[1]
file <- arguments[2]
threads <- as.integer(arguments[4])
repeats <- as.integer(arguments[5])
small <- arguments[6] == "1"

# Patsy's C(x) is a factor column here.
wrapped <- gsub("C\\(|\\)", "", unlist(regmatches(arguments[3], gregexpr("C\\([a-z]+\\)", arguments[3]))))
model <- as.formula(gsub("C\\(([a-z]+)\\)", "\\1", arguments[3]))

times <- list()
take <- function(step, expression) {
  if (!small) gc(FALSE)
  start <- proc.time()
  wall <- Sys.time()
  value <- force(expression)
  elapsed <- as.numeric(Sys.time() - wall, units = "secs")
  used <- sum((proc.time() - start)[c("user.self", "sys.self")])
  times[[step]] <<- rbind(times[[step]], c(elapsed, used))
  invisible(value)
}
sum_of <- function(step, parts) times[[step]] <<- Reduce(`+`, times[parts])

# Grouping columns become factors, as R users have them; counted as reading.
read_data <- function() {
  data <- as.data.frame(data.table::fread(file, nThread = threads, stringsAsFactors = TRUE))
  groups <- unlist(lapply(lme4::findbars(model), function(bar) all.vars(bar[[3]])))
  for (name in unique(c(groups, wrapped))) data[[name]] <- factor(data[[name]])
  data
}

status <- function(key) {
  line <- grep(paste0("^", key), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

load_before <- as.numeric(strsplit(readLines("/proc/loadavg"), " ")[[1]][1])
emit <- function(...) {
  each <- function(column, statistic) lapply(times, function(t) statistic(t[, column]))
  record <- list(
    workload = workload, threads = threads, repeats = repeats, seconds = each(1, min), cpu_seconds = each(2, min),
    mean_cpu_seconds = each(2, mean), median_seconds = each(1, median), load = load_before, ...)
  cat(jsonlite::toJSON(record, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "\n", sep = "")
}

# Rscript shipped_data.R FOLDER: every data set of R's own packages that slopes by group can be fitted to.
#
# FOLDER gets a CSV file of each set, its columns named c1, c2, ..., and sets.txt with one line for every numeric
# response, numeric slope and factor of 3 to n/2 levels with at most 5,000 rows: SET RESPONSE SLOPE FACTOR, names as in
# the file, then the names as R has them. `mixedlm-bench optimum --sets FOLDER` fits them; the data stay here.
folder <- commandArgs(TRUE)[1]
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
lines <- character()
for (package in c("datasets", "MASS", "nlme", "lme4", "survival")) {
  if (!requireNamespace(package, quietly = TRUE)) next
  listed <- sub(" .*", "", data(package = package)$results[, "Item"])
  for (name in unique(listed)) {
    space <- new.env()
    # A name may be one of several objects of a file.
    suppressWarnings(try(data(list = name, package = package, envir = space), silent = TRUE))
    if (!exists(name, space, inherits = FALSE))
      try(assign(name, getExportedValue(package, name), space), silent = TRUE)
    if (!exists(name, space, inherits = FALSE)) next
    set <- get(name, space)
    if (!is.data.frame(set) || nrow(set) < 6 || nrow(set) > 5000) next
    set <- as.data.frame(set)
    set <- set[vapply(set, function(c) is.null(dim(c)) && (is.numeric(c) || is.factor(c) || is.character(c)), NA)]
    set[] <- lapply(set, function(c) if (is.factor(c) || is.character(c)) as.character(c) else as.numeric(c))
    is_number <- vapply(set, is.numeric, NA)
    spread <- vapply(set, function(c) is.numeric(c) && length(unique(c[is.finite(c)])) > 2, NA)
    groups <- !is_number & vapply(set, function(c) {
      levels <- length(unique(c[!is.na(c)]))
      levels >= 3 && levels <= nrow(set) / 2
    }, NA)
    labels <- names(set)
    file <- sprintf("%s-%s", package, gsub("[^A-Za-z0-9]", "_", name))
    names(set) <- paste0("c", seq_along(set))
    own <- character()
    for (g in which(groups)) for (y in which(spread)) for (x in which(spread)) if (x != y)
      own <- c(own, paste(file, names(set)[y], names(set)[x], names(set)[g], labels[y], labels[x], labels[g], sep = "\t"))
    if (!length(own)) next
    write.csv(set, file.path(folder, paste0(file, ".csv")), row.names = FALSE, na = "NA")
    lines <- c(lines, own)
  }
}
writeLines(lines, file.path(folder, "sets.txt"))
cat(length(lines), "combinations of", length(unique(sub("\t.*", "", lines))), "sets\n")

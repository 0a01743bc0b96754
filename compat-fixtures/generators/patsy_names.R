# Names of lme4 in patsy's spelling.

# "MachineB" -> "Machine[T.B]", or "Machine[B]" where the column of the first level is there too
patsy_names <- function(names, frame) {
  factors <- names(frame)[vapply(frame, function(column) is.factor(column) || is.character(column), TRUE)]
  numeric <- setdiff(names(frame), factors)
  spelled <- c(setNames(factors, factors), setNames(sprintf("C(%s)", names(frame)), sprintf("factor(%s)", names(frame))))
  levels_of <- function(key) {
    column <- frame[[sub("^factor\\((.*)\\)$", "\\1", key)]]
    as.character(if (is.factor(column)) levels(column) else sort(unique(column)))
  }
  translate <- function(piece) {
    if (piece == "(Intercept)") return("Intercept")
    if (piece %in% numeric) return(piece)
    for (key in names(spelled)) if (startsWith(piece, key)) {
      level <- substring(piece, nchar(key) + 1)
      levels <- levels_of(key)
      if (level %in% levels) {
        full <- paste0(key, levels[1]) %in% names
        return(sprintf(if (full) "%s[%s]" else "%s[T.%s]", spelled[[key]], level))
      }
    }
    gsub("sqrt", "np.sqrt", gsub("^log", "np.log", piece))
  }
  vapply(names, function(name) paste(vapply(strsplit(name, ":")[[1]], translate, ""), collapse = ":"), "",
         USE.NAMES = FALSE)
}

written_group <- function(group, slash) {
  parts <- strsplit(gsub("[()]", "", group), ":")[[1]]
  paste(if (slash) rev(parts) else parts, collapse = ":")
}

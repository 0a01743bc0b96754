# Rscript export_real.R FOLDER: the real data sets, from the R packages lme4 and geepack.
folder <- commandArgs(TRUE)[1]
save <- function(name, data)
  write.csv(as.data.frame(data), file.path(folder, paste0(name, ".csv")), row.names = FALSE, na = "NA")
save("W3", lme4::InstEval)
save("sleepstudy", lme4::sleepstudy)
data(dietox, package = "geepack")
save("dietox", dietox)

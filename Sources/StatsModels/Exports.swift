// One `import StatsModels` is enough for a script: data frames, the formula language, matrices and ordered
// dictionaries come with it.
@_exported import DataFrames
@_exported import Patsy
@_exported import SQLModels
@_exported import Statistics

@_exported import struct LinearAlgebra.Matrix
@_exported import struct LinearAlgebra.RaggedRowsError
@_exported import struct OrderedCollections.OrderedDictionary

import Testing
import Weft
import WeftTesting

@Suite struct CoverageTests {}

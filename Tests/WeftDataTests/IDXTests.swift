import Testing
import WeftData

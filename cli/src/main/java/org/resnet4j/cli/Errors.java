package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Errors as one or two lines on standard error, and an exit status; never a stack trace unasked.
 */
final class Errors
    implements IParameterExceptionHandler, IExecutionExceptionHandler, IExecutionStrategy {
  private final Main main;

  Errors(Main main) {
    this.main = main;
  }

  /** Prints an error of any kind without ending the program. */
  static void print(PrintWriter err, String message) {
    err.println("resnet4j: " + message);
  }

  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    print(command.getErr(), error.getMessage() + suggestion(error));
    command.getErr().printf("see: %s --help%n", command.getCommandSpec().qualifiedName());
    trace(command.getErr(), error);
    return ExitCodes.USAGE;
  }

  private static String suggestion(ParameterException error) {
    List<String> close =
        error instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions() // The most similar first; the others seldom are.
            : List.of();
    return close.isEmpty() ? "" : "; did you mean " + close.get(0) + "?";
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult parsed) {
    return report(command.getErr(), error);
  }

  /** As picocli's own, but errors of the JVM are reported as well. */
  @Override
  public int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError error) {
      return report(parsed.commandSpec().commandLine().getErr(), error);
    }
  }

  private int report(PrintWriter err, Throwable thrown) {
    // The engine starts when its class is loaded, and says there what it was wrongly told.
    Throwable cause = thrown instanceof ExceptionInInitializerError ? thrown.getCause() : null;
    Throwable error = cause == null ? thrown : cause;
    print(err, message(error));
    trace(err, error);
    return ExitCodes.of(error);
  }

  private String message(Throwable error) {
    String said = error.getMessage() == null ? "" : error.getMessage().strip();
    if (error instanceof OutOfMemoryError) {
      return "out of memory (%s); use a smaller batch, or set RESNET4J_JAVA_OPTS=-Xmx8g"
          .formatted(said);
    }
    boolean foreseen = ExitCodes.of(error) != ExitCodes.FAILURE && !said.isEmpty();
    String name = error.getClass().getSimpleName();
    String hint = main.debug() ? "" : System.lineSeparator() + "--debug shows where it happened";
    return foreseen ? said : name + (said.isEmpty() ? "" : ": " + said) + hint;
  }

  private void trace(PrintWriter err, Throwable error) {
    if (main.debug()) {
      error.printStackTrace(err);
    }
  }
}

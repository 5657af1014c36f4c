package org.resnet4j.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program: {@code resnet4j COMMAND}. */
@Command(
    name = "resnet4j",
    description = "Deep residual networks for the JVM.",
    versionProvider = Version.class,
    subcommands = {
      ModelsCommand.class,
      SummaryCommand.class,
      TrainCommand.class,
      LintCommand.class,
      VerifyResumeCommand.class,
      CompareCommand.class,
      GrowCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      QuantizeCommand.class,
      PruneCommand.class,
      StudyCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      LensCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  resnet4j train                      train a small network, no download needed",
      "  resnet4j predict RUN/model cat.png  classify an image with what was trained",
      "  resnet4j import resnet50.pth        make a model of somebody's weights",
      "  resnet4j help train                 all about one command"
    })
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets fields and acts on them.
public final class Main implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error; also RESNET4J_DEBUG=1.")
  private boolean debug;

  @Spec private CommandSpec spec;

  private final Terminal terminal;
  private final StopSignal stop;

  private Main(Terminal terminal, StopSignal stop) {
    this.terminal = terminal;
    this.stop = stop;
  }

  /** Runs one command and ends the JVM with its exit status. */
  public static void main(String... arguments) {
    run(List.of(), arguments);
  }

  /**
   * Runs one command and ends the JVM with its exit status.
   *
   * @param more commands of picocli beside those of this module
   */
  public static void run(List<?> more, String... arguments) {
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT); // Programs read the numbers, too.
    PrintWriter out = writer(System.out);
    PrintWriter err = writer(System.err);
    int status = commandLine(out, err, Terminal.here(), new StopSignal(), more).execute(arguments);
    out.flush();
    err.flush();
    System.exit(status);
  }

  // JSON is UTF-8 whatever the locale, and so is every terminal of today.
  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** The whole command line, to be executed in this process; not on a terminal. */
  public static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return commandLine(out, err, List.of());
  }

  /**
   * The whole command line, to be executed in this process; not on a terminal.
   *
   * @param more commands of picocli beside those of this module
   */
  public static CommandLine commandLine(PrintWriter out, PrintWriter err, List<?> more) {
    Terminal nowhere = new Terminal(false, false, false, 80, "resnet4j");
    return commandLine(out, err, nowhere, new StopSignal(), more);
  }

  static CommandLine commandLine(
      PrintWriter out, PrintWriter err, Terminal terminal, StopSignal stop) {
    return commandLine(out, err, terminal, stop, List.of());
  }

  private static CommandLine commandLine(
      PrintWriter out, PrintWriter err, Terminal terminal, StopSignal stop, List<?> more) {
    Main main = new Main(terminal, stop);
    Errors errors = new Errors(main);
    CommandLine line = new CommandLine(main);
    more.forEach(line::addSubcommand);
    // The last ones in the list, whatever is added to it.
    line.addSubcommand(new CompletionCommand());
    line.addSubcommand(new VersionCommand());
    line.addSubcommand(new HelpCommand());
    return line.setOut(out)
        .setErr(err)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExecutionStrategy(errors)
        .setColorScheme(
            Help.defaultColorScheme(
                terminal.colour() && terminal.results() ? Help.Ansi.ON : Help.Ansi.OFF));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which command, e.g. resnet4j train");
  }

  boolean debug() {
    return debug || "1".equals(System.getenv("RESNET4J_DEBUG"));
  }

  Terminal terminal() {
    return terminal;
  }

  StopSignal stop() {
    return stop;
  }
}

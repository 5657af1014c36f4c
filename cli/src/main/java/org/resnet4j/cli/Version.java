package org.resnet4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import picocli.CommandLine.IVersionProvider;

/** What runs here: the program, Java, the system, the native engine and what it picks. */
final class Version implements IVersionProvider {
  private static final String MAVEN = "/META-INF/maven/org.resnet4j/resnet4j-cli/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "resnet4j " + number(),
      "Java %s (%s)".formatted(property("java.version"), property("java.vendor")),
      "%s %s, %s, %d processors"
          .formatted(
              property("os.name"),
              property("os.version"),
              property("os.arch"),
              Runtime.getRuntime().availableProcessors()),
      engine()
    };
  }

  private static String engine() {
    try {
      Device device = Device.of("auto");
      return "%s; auto is %s on %s"
          .formatted(Engine.describe(), Precision.of("auto", device).id(), device.id());
    } catch (LinkageError e) {
      // Whoever asks for the version may do so because the engine does not start.
      return "no native engine: " + (e.getCause() == null ? e : e.getCause()).getMessage();
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static String number() throws IOException {
    try (InputStream stream = Version.class.getResourceAsStream(MAVEN)) {
      if (stream == null) {
        return "(not packaged)";
      }
      Properties properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version", "(unknown)");
    }
  }
}

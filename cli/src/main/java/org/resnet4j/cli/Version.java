package org.resnet4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What runs here: the program, Java, the system. */
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
              Runtime.getRuntime().availableProcessors())
    };
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

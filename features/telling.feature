Feature: Telling people
  Every event names whom to tell. Each person is told once, on each channel that the event
  has an address for.

  Rule: A person is told on every channel that the event names

    Scenario: By email
      When Ada is told by email that "Your parcel has arrived"
      Then Ada has received 1 email
      And Ada has received an email that says "Your parcel has arrived"

    Scenario: By SMS
      When Grace is told by SMS that "Your parcel has arrived"
      Then Grace has received 1 SMS
      And Grace has received an SMS that says "Your parcel has arrived"

    Scenario: By both
      When Hedy is told by email and SMS that "Your parcel has arrived"
      Then Hedy has received 1 email
      And Hedy has received 1 SMS

    Scenario: The channels that the event does not name stay silent
      When Ada is told by email that "Your parcel has arrived"
      Then nobody has received an SMS

  Rule: An email has a subject, its own or that of its kind

    Scenario Outline: The kind of event gives the subject
      When Ada is told by email of a <kind>
      Then Ada has received an email with the subject "<subject>"

      Examples:
        | kind          | subject          |
        | sign-up       | Welcome          |
        | payment       | Payment received |
        | alert         | Alert            |
        | lottery prize | Notification     |

    Scenario: The producer gives the subject
      When Ada is told by email, with the subject "Parcel 17", that "It has arrived"
      Then Ada has received an email with the subject "Parcel 17"

  Rule: An address that is none fails alone

    Scenario: The other channel is told
      When an event names the email address "linus.example.com" and Grace's phone
      Then the email of the event has failed as invalid
      And Grace has received 1 SMS

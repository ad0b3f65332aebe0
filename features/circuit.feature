Feature: The circuit
  When a provider is down, nobody's notifications fail for it. After five vain attempts in a
  row the circuit opens: nothing more is handed over until a single probe, after 30 seconds,
  finds the provider well.

  Background:
    Given emails are handed over one at a time

  Rule: Five in a row open it

    Scenario: Four do not
      Given the mail provider is down for 4 attempts
      When 6 people are told by email
      Then the mail circuit is closed

    Scenario: Five do
      Given the mail provider is down
      When 6 people are told by email
      Then the mail circuit is open
      And the mail provider has been asked 5 times

    Scenario: An answer in between begins the count anew
      Given the mail provider is down for 4 attempts, answers once, and is down for 4 more
      When 9 people are told by email
      Then the mail circuit is closed

    Scenario: Bad credentials open it at once
      Given the mail provider does not accept our credentials
      When 6 people are told by email
      Then the mail circuit is open
      And the mail provider has been asked once

  Rule: While it is open everything is held, and no attempt is spent

    Scenario: Newcomers are held too
      Given the mail provider is down
      And 6 people were told by email
      When Ada is told by email that "Your parcel has arrived"
      And 29 seconds pass
      Then the mail provider has been asked 5 times
      And 1 email for Ada is held by the circuit

    Scenario: Attempts are for the provider's answers
      Given the mail provider is down
      And Ada was told by email of the event "order-1"
      And 6 people were told by email
      And Ada was told by email of the event "order-2"
      When the mail provider is well again
      And 1 minute passes
      Then the email of "order-1" was sent at attempt 1
      And the email of "order-2" was sent at attempt 1

  Rule: A single probe decides

    Scenario: The provider is well again
      Given the mail provider is down
      And 6 people were told by email
      When the mail provider is well again
      And 31 seconds pass
      Then the mail circuit is closed
      And everybody has received 1 email

    Scenario: The provider is still down
      Given the mail provider is down
      And 6 people were told by email
      When 31 seconds pass
      Then the mail circuit is open
      And the mail provider has been asked 6 times

    Scenario: The next look comes later and later
      Given the mail provider is down
      And 6 people were told by email
      When 89 seconds pass
      Then the mail provider has been asked 6 times

    Scenario: But it comes
      Given the mail provider is down
      And 6 people were told by email
      When 91 seconds pass
      Then the mail provider has been asked 7 times

  Rule: The other channel never notices

    Scenario: Mail is down, SMS is not
      Given the mail provider is down
      And 6 people were told by email
      When Grace is told by SMS that "Your parcel has arrived"
      Then Grace has received 1 SMS
      And the mail circuit is open

Feature: Unknown outcomes
  Sometimes contact is lost after the whole message was handed over. Then the provider may have
  it or not, and Tidings does not pretend to know.

  Rule: An email is sent again at once, as the same email, at most twice

    Scenario: The answer to the repeat is clear
      Given contact with the mail provider is lost after 1 hand-over
      When Ada is told by email of the event "order-1"
      Then the email of "order-1" is sent
      And the mail provider has been asked twice
      And both hand-overs of "order-1" bear the same Message-ID

    Scenario: Nothing is clear
      Given contact with the mail provider is lost after 3 hand-overs
      When Ada is told by email of the event "order-1"
      Then the mail provider has been asked 3 times
      And the email of "order-1" waits for a person

    Scenario: Nobody knows
      Given contact with the mail provider is lost after 3 hand-overs
      When Ada is told by email of the event "order-1"
      And 1 day passes
      Then the email of "order-1" has failed as unresolved
      And the mail provider has been asked 3 times
      And there is 1 dead letter

  Rule: For an SMS the provider is asked, and it is not sent again

    Scenario: The provider has it
      Given contact with the SMS provider is lost after 1 hand-over
      And the SMS provider knows what it took
      When Grace is told by SMS of the event "order-1"
      Then the SMS of "order-1" is sent
      And Grace has received 1 SMS

    Scenario: The provider is asked for two minutes
      Given contact with the SMS provider is lost after 1 hand-over
      When Grace is told by SMS of the event "order-1"
      And 119 seconds pass
      Then the SMS of "order-1" waits for its provider's answer

    Scenario: Then a receipt may come
      Given contact with the SMS provider is lost after 1 hand-over
      When Grace is told by SMS of the event "order-1"
      And 2 minutes pass
      Then the SMS of "order-1" waits for a receipt

    Scenario: For a quarter of an hour
      Given contact with the SMS provider is lost after 1 hand-over
      When Grace is told by SMS of the event "order-1"
      And 1019 seconds pass
      Then the SMS of "order-1" waits for a receipt

    Scenario: Then only a person can know
      Given contact with the SMS provider is lost after 1 hand-over
      When Grace is told by SMS of the event "order-1"
      And 17 minutes pass
      Then the SMS of "order-1" waits for a person
      And the SMS provider has been asked once

  Rule: A person who knows may say so

    Scenario Outline: What the person says becomes of it
      Given contact with the mail provider is lost after 3 hand-overs
      And Ada was told by email of the event "order-1"
      When somebody says of the email of "order-1": "<word>"
      Then the email of "order-1" <ends>
      And the mail provider has been asked <times>
      And the story of "order-1" says who decided, and why

      Examples:
        | word   | ends                     | times   |
        | sent   | is sent                  | 3 times |
        | resend | is sent                  | 4 times |
        | fail   | has failed as unresolved | 3 times |
